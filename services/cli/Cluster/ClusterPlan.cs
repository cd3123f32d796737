using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Platform.Cli.Platforms;
using Platform.Contracts.Services;
using Platform.LocalServers;

namespace Platform.Cli.Cluster;

/// <summary>A process that a cluster should have.</summary>
internal sealed record PlannedProcess(
    string Name,
    Uri Address,
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string?> Environment
)
{
    /// <summary>Equal when a running process need not be restarted.</summary>
    public string Definition
    {
        get
        {
            var text = string.Join(
                '\n',
                Command.Concat(
                    Environment
                        .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                        .Select(entry => $"{entry.Key}={entry.Value}")
                )
            );
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }
}

/// <summary>How many processes a local cluster has.</summary>
/// <param name="Replicas">Of each service, and gateways.</param>
/// <param name="Nodes">Agents.</param>
internal sealed record ClusterSize(int Replicas, int Nodes);

/// <summary>Which processes a local cluster has, and how each is configured.</summary>
internal sealed class ClusterPlan(
    ClusterFolder folder,
    string database,
    LocalRabbitMq broker,
    int port,
    ClusterSize size
)
{
    /// <summary>Of agents and their trainings: on a shared machine the services have priority (ADR 17).</summary>
    private const string Niceness = "5";

    /// <summary>So long a process that stops still takes requests: the gateways look every second whether it does.</summary>
    private const string StopDelay = "00:00:03";

    /// <summary>The first gateway's address.</summary>
    public Uri Url { get; } = new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");

    public static string AgentName(int number) => $"agent-{number.ToString(CultureInfo.InvariantCulture)}";

    public IReadOnlyList<PlannedProcess> Processes() =>
        [
            .. ServiceCatalog.Schemas.SelectMany(service =>
                ReplicasOf(service).Select(replica => Service(service, replica))
            ),
            .. Enumerable.Range(1, size.Nodes).Select(Agent),
        ];

    /// <summary>Where each process of a service, or each gateway, listens.</summary>
    public IReadOnlyList<Uri> AddressesOf(string service) => [.. ReplicasOf(service).Select(AddressOf)];

    /// <summary>Such as <c>jobs</c> and <c>jobs-2</c>.</summary>
    private IEnumerable<string> ReplicasOf(string service) =>
        Enumerable
            .Range(1, size.Replicas)
            .Select(number => number == 1 ? service : $"{service}-{number.ToString(CultureInfo.InvariantCulture)}");

    private Uri AddressOf(string process) =>
        process is ServiceCatalog.Gateway
            ? Url
            : new Uri($"http://127.0.0.1:{folder.PortOf(process).ToString(CultureInfo.InvariantCulture)}");

    private PlannedProcess Service(string service, string replica)
    {
        var settings = Common();
        settings["ConnectionStrings__Platform"] = database;
        // Not for agents: trainings run as the same user and could sign themselves any token.
        settings["Platform__TokenKey"] = folder.Data.Secret("token-key");
        settings["Platform__PreviousTokenKey"] = folder.Data.FindSecret("previous-token-key");
        // Nor these: an agent gets a user of its own at the broker.
        settings["Messaging__RabbitMq"] = broker.Address;
        settings["Messaging__Management"] = broker.Management.AbsoluteUri;
        settings["Nodes__JoinToken"] = folder.Data.Secret("join-token");
        settings["Artifacts__Folder"] = folder.Data.Folder("blobs");
        // Every service stores there, by itself or by the database.
        settings["Disk__Folders__data"] = folder.Data.PathOf(".");
        foreach (var other in ServiceCatalog.All)
        {
            settings[other.AddressSetting.Replace(":", "__", StringComparison.Ordinal)] = string.Join(
                ',',
                AddressesOf(other.Name).Select(address => address.AbsoluteUri.TrimEnd('/'))
            );
        }

        if (size.Replicas > 1)
        {
            settings["Platform__StopDelay"] = StopDelay;
        }

        return new PlannedProcess(
            replica,
            AddressOf(replica),
            BuiltPrograms.CommandFor(ServiceCatalog.ProjectOf(service), $"--urls={AddressOf(replica)}"),
            settings
        );
    }

    private PlannedProcess Agent(int number)
    {
        var name = AgentName(number);
        var settings = Common();
        var gateways = AddressesOf(ServiceCatalog.Gateway);
        settings["Agent__Server"] = gateways[(number - 1) % gateways.Count].AbsoluteUri.TrimEnd('/');
        settings["Agent__JoinToken"] = folder.Data.Secret("join-token");
        settings["Agent__StateFolder"] = folder.Data.Folder("agents", name);
        settings["Agent__Name"] = name;
        settings["Agent__OnStop"] = "Stop";
        return new PlannedProcess(
            name,
            AddressOf(name),
            ["nice", "-n", Niceness, .. BuiltPrograms.CommandFor("Platform.GpuAgent", $"--urls={AddressOf(name)}")],
            settings
        );
    }

    private static Dictionary<string, string?> Common() =>
        new(StringComparer.Ordinal) { ["Messaging__Transport"] = "RabbitMq" };
}
