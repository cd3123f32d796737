namespace Platform.Jobs.Tests.Harness;

/// <summary>Tests on a jobs service and a database of each test's own, with a cluster that answers its messages.</summary>
public abstract class WithJobsHost : IAsyncLifetime
{
    private TestDatabase _database = null!;

    internal JobsHost Host { get; private set; } = null!;

    internal TestCluster Cluster => Host.Cluster;

    /// <summary>What differs from the settings of <see cref="JobsHost"/>.</summary>
    private protected virtual (string Key, string Value)[] Settings => [];

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        Host = await JobsHost.StartAsync(_database, Settings);
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }
}
