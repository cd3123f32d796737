namespace Platform.EndToEnd.Tests;

/// <summary>A local cluster in a folder of its own: one real process per service, RabbitMQ, PostgreSQL, agents.</summary>
public class LocalCluster : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private Cluster? _cluster;

    /// <summary>How many agents it has.</summary>
    protected virtual int Nodes => 1;

    public string Url => Running.Url;

    public PlatformApi Api => Running.Api;

    public string Data => Running.Data;

    /// <summary>The version of the digits data set that trainings take as their input.</summary>
    public int Optdigits { get; private set; }

    private Cluster Running => _cluster ??= new Cluster(_folder.Path, Nodes, Settings);

    /// <summary>No test of one node waits for it to be lost, and a machine that stands still now and then must not lose it.</summary>
    private IReadOnlyList<(string Name, string Value)> Settings => Nodes > 1 ? [] : [("Nodes__MissedBeats", "15")];

    public async Task InitializeAsync()
    {
        await UpAsync();
        Optdigits = await Api.UploadAsync("optdigits", "dataset", Repository.Optdigits);
    }

    /// <inheritdoc cref="Cluster.AddressOf" />
    public Uri AddressOf(string process) => Running.AddressOf(process);

    /// <summary>Starts what is not running.</summary>
    public Task UpAsync() => Running.UpAsync();

    /// <summary>Kills one of the processes at once, as a power cut would.</summary>
    public Task KillAsync(string process) => Running.KillAsync(process);

    public Task<int> PidAsync(string process) => Running.PidAsync(process);

    /// <inheritdoc cref="Aftermath.AssertRecoveredAsync" />
    public Task AssertRecoveredAsync() => Running.AssertRecoveredAsync();

    /// <inheritdoc cref="Aftermath.AssertNothingIsLeftAsync" />
    public Task AssertNothingIsLeftAsync() => Running.AssertNothingIsLeftAsync();

    public virtual async Task DisposeAsync()
    {
        Running.Dispose();
        await Running.DownAsync();
        _folder.Dispose();
    }
}

[CollectionDefinition("cluster")]
public sealed class ClusterCollection : ICollectionFixture<LocalCluster>;
