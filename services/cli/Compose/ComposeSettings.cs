using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Platform.LocalServers;

namespace Platform.Cli.Compose;

/// <summary>The settings and secrets of the containers: the file <c>.env</c> beside <c>compose.yaml</c>, which Compose reads too.</summary>
internal sealed class ComposeSettings
{
    public const string Profiles = "COMPOSE_PROFILES";
    public const string Address = "PLATFORM_ADDRESS";
    public const string Port = "PLATFORM_PORT";
    private const string TokenKey = "PLATFORM_TOKEN_KEY";
    private const int KeyBytes = 32;
    private const int ShortestPassword = 16;
    private const int DistinctCharacters = 6;

    /// <summary>Passwords lie in addresses and in one-line settings of databases.</summary>
    private static readonly string[] _passwords =
    [
        "POSTGRES_PASSWORD",
        "RABBITMQ_PASSWORD",
        "MINIO_PASSWORD",
        "GRAFANA_PASSWORD",
        "PLATFORM_JOIN_TOKEN",
    ];

    /// <summary>Those of the profile <c>elk</c>; a file from before there was that profile lacks them.</summary>
    private static readonly string[] _elkPasswords =
    [
        "ELASTIC_PASSWORD",
        "KIBANA_PASSWORD",
        "ELASTICSEARCH_PASSWORD",
        "KIBANA_KEY",
    ];

    private readonly Dictionary<string, string> _values;

    private ComposeSettings(string path, Dictionary<string, string> values)
    {
        Path = path;
        _values = values;
    }

    public string Path { get; }

    /// <summary>Where the gateway is reached from this machine.</summary>
    public Uri Url
    {
        get
        {
            var address = Value(Address, "127.0.0.1");
            return new UriBuilder("http", address is "0.0.0.0" ? "127.0.0.1" : address, PortNumber).Uri;
        }
    }

    private int PortNumber =>
        int.TryParse(Value(Port, "5080"), CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw new CliException($"{Path}: {Port} is not a port, 1 to 65535.");

    public string Value(string name, string otherwise) =>
        _values.TryGetValue(name, out var value) && value.Length > 0 ? value : otherwise;

    /// <exception cref="CliException">It does not exist.</exception>
    public static ComposeSettings Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new CliException($"{path} does not exist: './platform compose init' writes it.");
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path).Select(line => line.Trim()))
        {
            if (line.Length > 0 && line[0] is not '#' && line.Split('=', 2) is [var name, var value])
            {
                values[name.Trim()] = value.Trim().Trim('"', '\'');
            }
        }

        return new ComposeSettings(path, values);
    }

    /// <summary>Writes a new file that only its owner may read.</summary>
    /// <param name="agents">The address at which agents on other machines reach this one; null when there are none.</param>
    /// <returns>False when there is one already: then nothing is changed.</returns>
    public static bool Create(string path, string address, int port, string? agents)
    {
        if (Directory.Exists(path))
        {
            throw new CliException($"{path} is a folder.");
        }

        if (File.Exists(path))
        {
            return false;
        }

        var machine = new MachineShare();
        SecretFile.Write(
            path,
            $"""
            # Settings and secrets of the platform's containers; docs/compose.md tells what else can be set here. Keep a copy with the
            # backups: the volumes cannot be used with other secrets.

            # core: an agent on this machine; gpu: one with its GPUs instead; metrics: Prometheus and Grafana;
            # elk: Elasticsearch and Kibana. With commas between them.
            {Profiles}=core

            # Where the gateway listens on this machine.
            {Address}={address}
            {Port}={port.ToString(CultureInfo.InvariantCulture)}

            # What the agent on this machine offers to jobs, and the most that its container takes.
            PLATFORM_AGENT_CPUS={machine.Cpus.ToString(CultureInfo.InvariantCulture)}
            PLATFORM_AGENT_MEMORY_MIB={machine.MemoryMiB.ToString(CultureInfo.InvariantCulture)}
            PLATFORM_AGENT_MEMORY_LIMIT={(machine.MemoryMiB + 512).ToString(CultureInfo.InvariantCulture)}m

            # Agents on other machines reach the broker at this address.
            {(agents is null ? "#" : "")}COMPOSE_FILE=compose.yaml:compose.agents.yaml
            {(agents is null ? "#" : "")}PLATFORM_AGENTS_ADDRESS={agents ?? "192.0.2.10"}

            {TokenKey}={Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes))}
            {string.Join(
                '\n',
                _passwords.Concat(_elkPasswords).Select(name => $"{name}={Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}")
            )}

            """,
            overwrite: false
        );
        return true;
    }

    /// <exception cref="CliException">A secret is missing or could be guessed, or others may read the file; says no part of a secret.</exception>
    /// <param name="profiles">Those of the command line; those of the file when there are none.</param>
    public void Check(IReadOnlyList<string> profiles)
    {
        var problems = _passwords
            .Concat(UsesElk(profiles) ? _elkPasswords : [])
            .Select(name => (Name: name, Problem: ProblemWithPassword(Value(name, ""))))
            .Append((Name: TokenKey, Problem: ProblemWithKey(Value(TokenKey, ""))))
            .Where(secret => secret.Problem is not null)
            .Select(secret => $"{secret.Name} {secret.Problem}")
            .ToList();
        if (problems.Count > 0)
        {
            throw new CliException(
                $"{Path}: {string.Join("; ", problems)}. Put the secret back that the volumes were made with; for a new stack remove the file and run './platform compose init'."
            );
        }

        if (
            !OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(Path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != UnixFileMode.None
        )
        {
            throw new CliException($"{Path} holds secrets and others may read it: chmod 600 {Path}");
        }
    }

    /// <summary>What Compose is to know that neither the file nor its caller says: where the services of a profile are.</summary>
    public IReadOnlyDictionary<string, string> Derived(IReadOnlyList<string> profiles) =>
        UsesElk(profiles)
            ? new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ELASTICSEARCH_URL"] = Value("ELASTICSEARCH_URL", "http://elasticsearch:9200"),
                ["KIBANA_URL"] = Value("KIBANA_URL", $"http://{Url.Host}:{Value("KIBANA_PORT", "5601")}"),
            }
            : new Dictionary<string, string>(StringComparer.Ordinal);

    private bool UsesElk(IReadOnlyList<string> profiles) =>
        (profiles.Count > 0 ? profiles : Value(Profiles, "").Split(',', StringSplitOptions.TrimEntries)).Contains(
            "elk",
            StringComparer.Ordinal
        );

    private static string? ProblemWithPassword(string password) =>
        password.Length == 0 ? "is missing"
        : password.Length < ShortestPassword ? $"is weak: it has fewer than {ShortestPassword} characters"
        : password.Distinct().Count() < DistinctCharacters ? "is weak: it repeats a few characters"
        : password.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.') ? null
        : "has characters that cannot be part of an address: use letters, digits and - _ .";

    private static string? ProblemWithKey(string key)
    {
        if (key.Length == 0)
        {
            return "is missing";
        }

        if (!Base64.IsValid(key))
        {
            return "is not Base64";
        }

        var bytes = Convert.FromBase64String(key);
        return bytes.Length < KeyBytes ? $"is weak: it has {bytes.Length} bytes and needs {KeyBytes}"
            : bytes.Distinct().Count() < DistinctCharacters ? "is weak: it repeats a few bytes"
            : null;
    }

    /// <summary>What an agent beside the services can offer: all processors, and the memory that they leave.</summary>
    private sealed class MachineShare
    {
        private const long ForServicesMiB = 4096;
        private const long LeastMiB = 1024;

        public int Cpus { get; } = Environment.ProcessorCount;

        public long MemoryMiB { get; } =
            Math.Max(LeastMiB, (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20) - ForServicesMiB);
    }
}
