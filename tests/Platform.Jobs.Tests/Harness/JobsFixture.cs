namespace Platform.Jobs.Tests.Harness;

/// <summary>One service for the tests of a class; those that need other settings start their own.</summary>
public sealed class JobsFixture : IAsyncLifetime
{
    private TestDatabase _database = null!;

    internal JobsHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("jobs", new JobsModule().Add);
        Host = await JobsHost.StartAsync(_database);
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }
}
