using System.Globalization;
using System.Text.Json;
using Platform.LocalServers;

namespace Platform.Cli.Cluster;

/// <summary>The state of a local cluster between commands: data, secrets, ports, and its processes.</summary>
internal sealed class ClusterFolder
{
    private const string Folder = "cluster";
    private const string ProcessesFolder = "processes";
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public ClusterFolder(string? data) => Data = new DataFolder(new DataFolder(data).PathOf(Folder));

    public DataFolder Data { get; }

    public string Postgres => Data.PathOf("postgres");

    public string RabbitMq => Data.PathOf("rabbitmq");

    /// <summary>Keeps other commands from changing the cluster at the same time.</summary>
    public IDisposable Claim() =>
        Data.Lock($"Another command is changing the cluster in {Data.Root}; try again when it is done.");

    /// <summary>The path of a data folder's cluster; nothing is created.</summary>
    public static string PathIn(string? data) => Path.Combine(data ?? DataFolder.Default, Folder);

    /// <summary>The processes of a data folder's cluster that run; nothing is created.</summary>
    public static IReadOnlyList<ClusterProcess> RunningProcesses(string? data) =>
        Directory.Exists(Path.Combine(PathIn(data), ProcessesFolder))
            ? [.. new ClusterFolder(data).Processes().Where(process => process.Process().IsRunning)]
            : [];

    /// <summary>Whether a cluster is up on a data folder.</summary>
    public static bool IsRunning(string? data) => RunningPlatform.Find(PathIn(data)) is not null;

    /// <summary>The same port at every start, so that running processes find a restarted one.</summary>
    public int PortOf(string process)
    {
        var file = Path.Combine(Data.Folder("ports"), process);
        if (File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var saved))
        {
            return saved;
        }

        // The other processes' ports are also free until they are started.
        var others = Directory
            .EnumerateFiles(Data.Folder("ports"))
            .Select(File.ReadAllText)
            .ToHashSet(StringComparer.Ordinal);
        int port;
        do
        {
            port = Ports.Free();
        } while (others.Contains(port.ToString(CultureInfo.InvariantCulture)));

        return SavePort(process, port);
    }

    /// <summary>Sets the port of a process.</summary>
    public int SavePort(string process, int port)
    {
        File.WriteAllText(Path.Combine(Data.Folder("ports"), process), port.ToString(CultureInfo.InvariantCulture));
        return port;
    }

    public string LogOf(string process) => Path.Combine(Data.Folder("logs"), $"{process}.log");

    /// <summary>The processes that were started and not stopped, ordered by name.</summary>
    public IReadOnlyList<ClusterProcess> Processes() =>
        [
            .. Directory
                .EnumerateFiles(Data.Folder(ProcessesFolder), "*.json")
                .Order(StringComparer.Ordinal)
                .Select(file => JsonSerializer.Deserialize<ClusterProcess>(File.ReadAllText(file), _json))
                .OfType<ClusterProcess>(),
        ];

    public void Remember(ClusterProcess process)
    {
        var file = FileOf(process.Name);
        File.WriteAllText($"{file}.new", JsonSerializer.Serialize(process, _json));
        File.Move($"{file}.new", file, overwrite: true);
    }

    public void Forget(ClusterProcess process) => File.Delete(FileOf(process.Name));

    private string FileOf(string process) => Path.Combine(Data.Folder(ProcessesFolder), $"{process}.json");
}

/// <summary>One process of a local cluster.</summary>
/// <param name="Name">Such as <c>jobs</c> or <c>agent-1</c>.</param>
/// <param name="Definition">A hash of its command and environment: when that changes, it is restarted.</param>
internal sealed record ClusterProcess(string Name, int Pid, long StartedAt, string Definition, string Log)
{
    public LocalProcess Process() => new(Pid, StartedAt);
}
