using System.Net;
using Platform.LocalServers;
using Platform.ServiceDefaults;

namespace Platform.Standalone;

/// <summary>
/// Settings from the command line and the environment; keys as in <c>docs/architecture.md</c>, and <c>--data</c>,
/// <c>--port</c>, <c>--urls</c>, <c>--LogFile</c> (empty: no log file), <c>--rebuild</c>, <c>--migrate</c>.
/// </summary>
internal sealed class StandaloneSettings
{
    private const int DefaultPort = 5080;
    private readonly IConfiguration _configuration;

    public StandaloneSettings(string[] args)
    {
        _configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables()
            .AddCommandLine(args)
            .AddCredentials()
            .Build();
        Urls = _configuration["urls"] ?? _configuration["ASPNETCORE_URLS"] ?? $"http://127.0.0.1:{Port()}";
        LocalAddress = LocalAddressOf(Urls);
    }

    public string? DataPath => _configuration["data"];

    /// <summary>Comma-separated services whose read models to rebuild instead of running the platform.</summary>
    public string? Rebuild => _configuration["rebuild"];

    /// <summary>Whether to bring the schemas of all services up to date instead of running the platform.</summary>
    public bool Migrate => _configuration.GetValue<bool>("migrate");

    /// <summary>Whether the platform does not run: something is done on its database.</summary>
    public bool WorksOnDatabaseOnly => Migrate || Rebuild is not null;

    /// <summary>The log file besides the console; null for the one in the data folder, empty for none.</summary>
    public string? LogFile => _configuration["LogFile"];

    /// <summary>The connection string of an external PostgreSQL.</summary>
    public string? Database => _configuration.GetConnectionString("Platform");

    /// <summary>Where Kestrel listens.</summary>
    public string Urls { get; }

    /// <summary>The platform's address on this machine.</summary>
    public Uri LocalAddress { get; }

    /// <summary>Arguments for the defaults that are not configured.</summary>
    public IEnumerable<string> Defaults(IReadOnlyDictionary<string, string> defaults) =>
        defaults
            .Where(setting => _configuration[setting.Key] is null)
            .Select(setting => $"--{setting.Key}={setting.Value}");

    /// <summary>Fails if the port is in use, before anything is started.</summary>
    public void RequireFreePort()
    {
        var address = IPAddress.TryParse(LocalAddress.Host.Trim('[', ']'), out var parsed)
            ? parsed
            : IPAddress.Loopback;
        if (!Ports.IsFree(address, LocalAddress.Port))
        {
            throw new LocalServerException(
                $"Port {LocalAddress.Port} is in use on {LocalAddress.Host}. Choose another with --port, or stop what listens there."
            );
        }
    }

    private int Port()
    {
        if (_configuration["port"] is not { Length: > 0 } text)
        {
            return DefaultPort;
        }

        // The agent must know the address before anything listens there, so that 0 cannot be left to Kestrel.
        return int.TryParse(text, out var port) && port is >= 0 and <= 65535
            ? port == 0
                ? Ports.Free()
                : port
            : throw new LocalServerException($"--port must be between 0 (any free one) and 65535, not '{text}'.");
    }

    private static Uri LocalAddressOf(string urls)
    {
        var first = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase));
        var reachable = first
            ?.Replace("://*", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://+", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal);
        return Uri.TryCreate(reachable, UriKind.Absolute, out var address)
            ? address
            : throw new LocalServerException($"--urls must name an address like http://0.0.0.0:5080, not '{urls}'.");
    }
}
