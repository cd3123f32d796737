using System.Globalization;
using System.Text.Json.Nodes;
using Platform.LocalServers;

namespace Platform.Testing.Clusters;

/// <summary>
/// A local cluster, driven by <c>./platform cluster</c>: one real process per service, RabbitMQ, PostgreSQL, agents.
/// </summary>
/// <param name="data">Its data folder, which PostgreSQL's own user must be able to enter.</param>
/// <param name="nodes">How many agents it has.</param>
/// <param name="settings">Environment variables of its processes.</param>
public sealed class Cluster(string data, int nodes, params IReadOnlyList<(string Name, string Value)> settings)
    : IDisposable
{
    private readonly int _port = Ports.Free();
    private PlatformApi? _api;

    /// <summary>How many processes it has of each service: <c>jobs</c>, <c>jobs-2</c> and so on; and gateways.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>The first gateway's address.</summary>
    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>The first gateway.</summary>
    public PlatformApi Api => _api ??= new PlatformApi(Url);

    /// <summary>The data folder.</summary>
    public string Data => data;

    /// <summary>Where one of the processes listens, such as <c>jobs</c>.</summary>
    public Uri AddressOf(string process) =>
        process is "gateway"
            ? new Uri(Url)
            : new Uri($"http://127.0.0.1:{File.ReadAllText(Path.Combine(data, "cluster", "ports", process)).Trim()}");

    /// <summary>Starts processes that are not running, and returns when the cluster is ready.</summary>
    public Task UpAsync() =>
        Command.SucceedAsync(
            TimeSpan.FromMinutes(3),
            settings,
            "cluster",
            "up",
            "--data",
            data,
            "--port",
            _port.ToString(CultureInfo.InvariantCulture),
            "--nodes",
            nodes.ToString(CultureInfo.InvariantCulture),
            "--replicas",
            Replicas.ToString(CultureInfo.InvariantCulture)
        );

    /// <summary>Stops the cluster.</summary>
    public Task DownAsync() => Command.SucceedAsync(TimeSpan.FromMinutes(2), "cluster", "down", "--data", data);

    /// <summary>Kills one of the processes with SIGKILL.</summary>
    public async Task KillAsync(string process)
    {
        var pid = await PidAsync(process);
        Processes.Kill(pid);
        await Processes.WaitForEndAsync(pid, process);
    }

    /// <summary>
    /// The process of that name, such as <c>jobs</c>, <c>agent-1</c> or <c>postgres</c>; it must be running.
    /// </summary>
    public async Task<int> PidAsync(string process) =>
        (await PidsAsync()).TryGetValue(process, out var pid)
            ? pid
            : throw new InvalidOperationException($"{process} is not running.");

    /// <summary>All running processes, by name.</summary>
    public async Task<IReadOnlyDictionary<string, int>> PidsAsync()
    {
        // Its exit code only tells that a process is not running, which tests cause.
        var (_, status, _) = await Command.RunAsync(
            TimeSpan.FromSeconds(30),
            "cluster",
            "status",
            "--data",
            data,
            "--json"
        );
        return JsonNode.Parse(status)!["processes"]!
            .AsArray()
            .Where(entry => entry!["pid"] is not null)
            .ToDictionary(
                entry => entry!["name"]!.GetValue<string>(),
                entry => entry!["pid"]!.GetValue<int>(),
                StringComparer.Ordinal
            );
    }

    /// <inheritdoc />
    public void Dispose() => _api?.Dispose();
}
