using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Platform.Cli.Contexts;

/// <summary>
/// Which platform a command is for and with which token: options come before environment variables, and those before the context
/// in use; of the options, <c>--server</c> comes first and <c>--data</c> last. The token of a context goes to the server of that
/// context and to no other.
/// </summary>
/// <param name="server"><c>--server</c>.</param>
/// <param name="token"><c>--token</c>.</param>
/// <param name="context"><c>--context</c>.</param>
/// <param name="isLocal">Whether <c>--data</c> names the platform of a folder on this machine.</param>
/// <param name="variable">Environment variables by name.</param>
/// <param name="read">Reads the contexts; called only when they matter.</param>
internal sealed partial class Target(
    string? server,
    string? token,
    string? context,
    bool isLocal,
    Func<string, string?> variable,
    Func<StoredContexts> read
)
{
    private const string UrlVariable = "PLATFORM_URL";

    private readonly Lazy<StoredContext?> _context = new(() =>
        string.IsNullOrEmpty(context) ? read().GetCurrent() : read().Get(context)
    );

    /// <summary>The address; null for the platform that runs on this machine.</summary>
    public Uri? Server =>
        Given(server) is { } option ? Parse(option)
        : Given(context) is not null ? _context.Value!.Server
        : isLocal ? null
        : Given(variable(UrlVariable)) is { } url ? Parse(url, $"{UrlVariable}: ")
        : _context.Value?.Server;

    /// <summary>Where <see cref="Server"/> was found, as users know it; null where it was given as an option, or not at all.</summary>
    public string? Source =>
        Given(server) is not null || Given(context) is not null || isLocal ? null
        : Given(variable(UrlVariable)) is not null ? UrlVariable
        : _context.Value is { } stored ? $"the context '{stored.Name}'"
        : null;

    /// <summary>Whether a token was given, other than that of a context.</summary>
    public bool IsTokenGiven =>
        Given(token) is not null || (IsMeantByEnvironment && Given(variable("PLATFORM_TOKEN")) is not null);

    /// <summary>The token to send to an address; null when there is none for it.</summary>
    public string? TokenFor(Uri address)
    {
        if (Given(token) is { } option)
        {
            return Check(option);
        }

        var environment = IsMeantByEnvironment ? Given(variable("PLATFORM_TOKEN")) : null;
        return Given(context) is null && environment is not null ? Check(environment)
            : MayUseContext && _context.Value is { Token: not null } stored && stored.IsFor(address)
                ? Check(stored.Token)
            : environment is not null ? Check(environment)
            : null;
    }

    /// <summary>Next to PLATFORM_URL, PLATFORM_TOKEN is for that platform, which is not the one of <c>--data</c>.</summary>
    private bool IsMeantByEnvironment => MayUseContext || Given(variable(UrlVariable)) is null;

    /// <summary>With <c>--data</c> the platform's owner calls it, whichever context has its address.</summary>
    private bool MayUseContext => !isLocal || Given(context) is not null || Given(server) is not null;

    /// <summary>An address as users give it.</summary>
    /// <param name="source">Where it was given, as the beginning of what is said when it is none.</param>
    /// <exception cref="CliException">It is none.</exception>
    public static Uri Parse(string text, string source = "") =>
        TryParse(text, out var address) ? address : throw new UsageException(source + ProblemWith(text));

    /// <returns>False when it is no address.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address)
        && address.Scheme is "http" or "https"
        && address.UserInfo.Length == 0;

    /// <summary>What is said about a text that is no address.</summary>
    public static string ProblemWith(string text) => $"'{text}' is not a valid address such as http://127.0.0.1:5080.";

    /// <summary>The platform of an address that may be that of one of its pages, as a browser shows it.</summary>
    public static Uri PlatformOf(Uri address) =>
        new(address.GetLeftPart(UriPartial.Authority) + Pages().Replace(address.AbsolutePath, "").TrimEnd('/'));

    /// <summary>A token as users give it.</summary>
    /// <exception cref="CliException">It cannot be one; what it is stays unsaid.</exception>
    public static string Check(string token) =>
        token.Length > 0 && token.All(character => character is > ' ' and <= '~')
            ? token
            : throw new CliException("This is no token: a token has no spaces, line breaks or special characters.");

    /// <summary>The pages of the web app. The path of a platform has no such part (<c>Gateway:PathBase</c>).</summary>
    [GeneratedRegex(
        "/(jobs|nodes|runs|artifacts|docs|api)(/.*)?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Pages();

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
