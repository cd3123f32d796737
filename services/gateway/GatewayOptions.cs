using System.ComponentModel.DataAnnotations;
using Platform.ServiceDefaults;

namespace Platform.Gateway;

/// <summary>Whom the gateway lets in, and what it shows them (configuration section <c>Gateway</c>).</summary>
public sealed class GatewayOptions
{
    /// <summary>When requests to <c>/api</c> need a token.</summary>
    public TokenPolicy RequireTokens { get; set; } = TokenPolicy.Auto;

    /// <summary>Web origins, such as <c>https://train.example</c>, whose pages may change something besides the platform's own.</summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <summary>The path below which a proxy shows the platform, such as <c>/ml</c>; none when left out.</summary>
    public string? PathBase { get; set; }

    /// <summary>The folder with the built web app; <c>web</c> beside the program when left out.</summary>
    public string? WebRoot { get; set; }

    /// <summary>How often it is looked whether those who follow a log or metrics may still do so.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan CheckStreamsEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary><see cref="PathBase"/> without a slash at its end; empty when there is none.</summary>
    internal PathString Prefix => PathPrefix.TryParse(PathBase, out var prefix) ? prefix : PathString.Empty;

    /// <summary>
    /// Whether the prefix is one that can be told from the platform's own addresses: below <c>/jobs</c>, <c>/jobs/new</c> would be two
    /// things.
    /// </summary>
    internal static bool IsPathBase(string? text) =>
        PathPrefix.TryParse(text, out var prefix) && !(prefix.Value ?? "").Split('/').Any(_ownNames.Contains);

    private static readonly HashSet<string> _ownNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "ajax-api",
        "alerts",
        "api",
        "artifacts",
        "assets",
        "docs",
        "health",
        "jobs",
        "logs",
        "metrics",
        "nodes",
        "openapi",
        "problems",
        "runs",
        "version",
    };
}

/// <summary>When requests need a token.</summary>
public enum TokenPolicy
{
    /// <summary>Unless every address the process listens on is a loopback address.</summary>
    Auto,

    /// <summary>Always.</summary>
    Always,
}
