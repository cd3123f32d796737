using System.Net;
using Platform.LocalServers;

namespace Platform.Standalone;

/// <summary>
/// What the command line and the environment say; keys as in <c>docs/architecture.md</c>, and <c>--data</c>, <c>--port</c>,
/// <c>--urls</c>, <c>--LogFile</c> (empty: no log file), <c>--rebuild</c>.
/// </summary>
internal sealed class StandaloneSettings
{
    private const int DefaultPort = 5080;
    private readonly IConfiguration _given;

    public StandaloneSettings(string[] args)
    {
        _given = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        Urls = _given["urls"] ?? _given["ASPNETCORE_URLS"] ?? $"http://127.0.0.1:{Port()}";
        LocalAddress = LocalAddressOf(Urls);
    }

    public string? DataPath => _given["data"];

    /// <summary>The services, separated by commas, whose read models are to be rebuilt in place of running the platform.</summary>
    public string? Rebuild => _given["rebuild"];

    /// <summary>Where to write the log besides the console; null for the data folder's, empty for nowhere.</summary>
    public string? LogFile => _given["LogFile"];

    /// <summary>A PostgreSQL that somebody else runs.</summary>
    public string? Database => _given.GetConnectionString("Platform");

    /// <summary>Where Kestrel listens.</summary>
    public string Urls { get; }

    /// <summary>How this machine reaches the platform.</summary>
    public Uri LocalAddress { get; }

    /// <summary>Adds what nobody has configured.</summary>
    public IEnumerable<string> Defaults(IReadOnlyDictionary<string, string> defaults) =>
        defaults.Where(setting => _given[setting.Key] is null).Select(setting => $"--{setting.Key}={setting.Value}");

    /// <summary>Says at once that the port is taken, before anything is started.</summary>
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
        if (_given["port"] is not { Length: > 0 } text)
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
