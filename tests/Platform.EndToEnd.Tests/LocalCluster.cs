using System.Globalization;
using System.Text.Json.Nodes;
using Platform.LocalServers;

namespace Platform.EndToEnd.Tests;

/// <summary>A local cluster in a folder of its own: one real process per service, RabbitMQ, PostgreSQL, agents.</summary>
public class LocalCluster : IAsyncLifetime
{
    private readonly string _data = StandalonePlatform.NewFolder();
    private readonly int _port = Ports.Free();
    private PlatformApi? _api;

    /// <summary>How many agents it has.</summary>
    protected virtual int Nodes => 1;

    public string Url => $"http://127.0.0.1:{_port}";

    public PlatformApi Api => _api ??= new PlatformApi(Url);

    public string Data => _data;

    public async Task InitializeAsync()
    {
        await UpAsync();
        Optdigits = await Api.UploadAsync("optdigits", "dataset", Repository.Optdigits);
    }

    /// <summary>The version of the digits data set that trainings take as their input.</summary>
    public int Optdigits { get; private set; }

    /// <summary>Starts what is not running.</summary>
    public Task UpAsync() =>
        Command.SucceedAsync(
            TimeSpan.FromMinutes(3),
            "cluster",
            "up",
            "--data",
            _data,
            "--port",
            _port.ToString(CultureInfo.InvariantCulture),
            "--nodes",
            Nodes.ToString(CultureInfo.InvariantCulture)
        );

    /// <summary>Kills one of the processes at once, as a power cut would.</summary>
    public async Task KillAsync(string process)
    {
        var pid = await PidAsync(process);
        Processes.Kill(pid);
        await WaitFor.ConditionAsync($"{process} to be gone", () => Task.FromResult(!Processes.IsAlive(pid)));
    }

    public async Task<int> PidAsync(string process)
    {
        // Its exit code only says that something does not run, which tests bring about.
        var (_, status) = await Command.RunAsync(
            TimeSpan.FromSeconds(30),
            "cluster",
            "status",
            "--data",
            _data,
            "--json"
        );
        return JsonNode.Parse(status)!["processes"]!
            .AsArray()
            .Single(entry => entry!["name"]!.GetValue<string>() == process)!["pid"]!.GetValue<int>();
    }

    public virtual async Task DisposeAsync()
    {
        _api?.Dispose();
        await Command.SucceedAsync(TimeSpan.FromMinutes(1), "cluster", "down", "--data", _data);
        Directory.Delete(_data, recursive: true);
    }
}

[CollectionDefinition("cluster")]
public sealed class ClusterCollection : ICollectionFixture<LocalCluster>;
