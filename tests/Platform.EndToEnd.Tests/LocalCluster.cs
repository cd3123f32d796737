namespace Platform.EndToEnd.Tests;

/// <summary>A local cluster in its own folder: one real process per service, RabbitMQ, PostgreSQL, agents.</summary>
public class LocalCluster : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private Cluster? _cluster;

    /// <summary>The number of agents.</summary>
    protected virtual int Nodes => 1;

    public string Url => Running.Url;

    public PlatformApi Api => Running.Api;

    public string Data => Running.Data;

    /// <summary>The version of the digits data set that trainings use as input.</summary>
    public int Optdigits { get; private set; }

    private Cluster Running => _cluster ??= new Cluster(_folder.Path, Nodes, Settings);

    /// <summary>
    /// No one-node test needs its node to be lost, and a stall of the machine must not cause that. The others lose nodes soon after a start.
    /// </summary>
    private IReadOnlyList<(string Name, string Value)> Settings =>
        Nodes > 1 ? [("Nodes__MissedHeartbeatsAfterStart", "3")] : [("Nodes__MissedHeartbeats", "15")];

    public async Task InitializeAsync()
    {
        await UpAsync();
        Optdigits = await Api.UploadAsync("optdigits", "dataset", Repository.Optdigits);
    }

    /// <inheritdoc cref="Cluster.AddressOf" />
    public Uri AddressOf(string process) => Running.AddressOf(process);

    /// <summary>Starts processes that are not running.</summary>
    public Task UpAsync() => Running.UpAsync();

    /// <summary>Kills one of the processes with SIGKILL.</summary>
    public Task KillAsync(string process) => Running.KillAsync(process);

    public Task<int> PidAsync(string process) => Running.PidAsync(process);

    /// <inheritdoc cref="Invariants.AssertRecoveredAsync" />
    public Task AssertRecoveredAsync() => Running.AssertRecoveredAsync();

    /// <inheritdoc cref="Invariants.AssertNothingRemainsAsync" />
    public Task AssertNothingRemainsAsync() => Running.AssertNothingRemainsAsync();

    public virtual async Task DisposeAsync()
    {
        Running.Dispose();
        await Running.DownAsync();
        _folder.Dispose();
    }
}

[CollectionDefinition("cluster")]
public sealed class ClusterCollection : ICollectionFixture<LocalCluster>;
