namespace Platform.Jobs.Tests.Harness;

/// <summary>Tests with their own jobs service and database, and a simulated cluster.</summary>
public abstract class WithJobsHost : IAsyncLifetime
{
    private TestDatabase _database = null!;

    internal JobsHost Host { get; private set; } = null!;

    internal TestCluster Cluster => Host.Cluster;

    /// <summary>Settings that differ from those of <see cref="JobsHost"/>.</summary>
    private protected virtual (string Key, string Value)[] Settings => [];

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateMigratedAsync("jobs", new JobsModule().Add);
        Host = await JobsHost.StartAsync(_database, Settings);
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }
}
