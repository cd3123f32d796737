using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Platform.ServiceDefaults;

/// <summary>
/// The path below which a proxy shows the platform, such as <c>/ml</c>. It goes into pages and headers, so it is plain or none.
/// </summary>
public static partial class PathPrefix
{
    /// <summary>What a prefix may be.</summary>
    public const string Rule =
        "is a path such as /ml: parts of letters, digits and - . _ ~, none of them only dots, 200 characters at most";

    private const int MaxLength = 200;

    /// <summary>Reads a prefix; a slash at its end does not count.</summary>
    /// <param name="text">As configured or sent; nothing and <c>/</c> stand for no prefix.</param>
    public static bool TryParse(string? text, out PathString prefix)
    {
        var path = text is ['/'] ? "" : text ?? "";
        var isPrefix = path.Length <= MaxLength && Form().IsMatch(path);
        prefix =
            isPrefix && path.Length > 0 ? new PathString(path.EndsWith('/') ? path[..^1] : path) : PathString.Empty;
        return isPrefix;
    }

    [GeneratedRegex(
        @"\A((/(?!\.+(/|\z))[A-Za-z0-9._~-]+)+/?)?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Form();
}
