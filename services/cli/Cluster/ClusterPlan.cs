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

/// <summary>Which processes a local cluster has, and how each is configured.</summary>
internal sealed class ClusterPlan(ClusterFolder folder, string database, LocalRabbitMq broker, int port, int nodes)
{
    /// <summary>Of agents and their trainings: on a shared machine the services have priority (ADR 17).</summary>
    private const string Niceness = "5";

    /// <summary>The gateway's address.</summary>
    public Uri Url { get; } = new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");

    public static string AgentName(int number) => $"agent-{number.ToString(CultureInfo.InvariantCulture)}";

    public IReadOnlyList<PlannedProcess> Processes() =>
        [
            .. ServiceCatalog.All.Select(service => Service(service.Name, AddressOf(service.Name))),
            Service(ServiceCatalog.Gateway, Url.AbsoluteUri),
            .. Enumerable.Range(1, nodes).Select(Agent),
        ];

    private string AddressOf(string service) =>
        $"http://127.0.0.1:{folder.PortOf(service).ToString(CultureInfo.InvariantCulture)}";

    private PlannedProcess Service(string name, string address)
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
        foreach (var service in ServiceCatalog.All)
        {
            settings[service.AddressSetting.Replace(":", "__", StringComparison.Ordinal)] = AddressOf(service.Name);
        }

        return new PlannedProcess(
            name,
            BuiltPrograms.CommandFor(ServiceCatalog.ProjectOf(name), $"--urls={address}"),
            settings
        );
    }

    private PlannedProcess Agent(int number)
    {
        var name = AgentName(number);
        var settings = Common();
        settings["Agent__Server"] = Url.AbsoluteUri.TrimEnd('/');
        settings["Agent__JoinToken"] = folder.Data.Secret("join-token");
        settings["Agent__StateFolder"] = folder.Data.Folder("agents", name);
        settings["Agent__Name"] = name;
        settings["Agent__OnStop"] = "Stop";
        return new PlannedProcess(
            name,
            ["nice", "-n", Niceness, .. BuiltPrograms.CommandFor("Platform.GpuAgent", $"--urls={AddressOf(name)}")],
            settings
        );
    }

    private static Dictionary<string, string?> Common() =>
        new(StringComparer.Ordinal) { ["Messaging__Transport"] = "RabbitMq" };
}
