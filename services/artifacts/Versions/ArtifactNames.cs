using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Artifacts.Versions;

/// <summary>Which names, aliases and paths are accepted. A path becomes a file on other machines, so it is checked here.</summary>
internal static partial class ArtifactNames
{
    public const string Latest = "latest";
    public const string NameRule =
        "1 to 128 of A-Z a-z 0-9 . _ -, beginning with a letter or digit; 'blobs' and 'statistics' are taken";
    public const string AliasRule =
        "1 to 128 of A-Z a-z 0-9 . _ -, beginning with a letter or digit; not 'latest', not a version such as 3 or v3";

    private const int MaxPathLength = 1024;

    /// <summary>The longest file name that common file systems take.</summary>
    private const int MaxPartBytes = 255;

    /// <summary>Names that are parts of other addresses under <c>/api/artifacts</c>.</summary>
    public static bool IsName(string? name) =>
        name is not null
        && Word().IsMatch(name)
        && !name.Equals("blobs", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("statistics", StringComparison.OrdinalIgnoreCase);

    public static bool IsAlias(string? alias) =>
        alias is not null
        && Word().IsMatch(alias)
        && !Number().IsMatch(alias)
        && !alias.Equals(Latest, StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with a relative path; null when nothing is.</summary>
    public static string? ProblemWithPath(string? path)
    {
        if (string.IsNullOrEmpty(path) || path.Length > MaxPathLength)
        {
            return $"A path has 1 to {MaxPathLength} characters.";
        }

        if (!IsText(path) || path.Any(char.IsControl) || path.Contains('\\', StringComparison.Ordinal))
        {
            return "A path has no backslashes or control characters.";
        }

        foreach (var part in path.Split('/'))
        {
            if (part is "" or "." or "..")
            {
                return "A path is relative, with forward slashes, without empty, '.' or '..' parts.";
            }

            if (Encoding.UTF8.GetByteCount(part) > MaxPartBytes)
            {
                return $"A part of a path has at most {MaxPartBytes} bytes.";
            }
        }

        return null;
    }

    /// <summary>True for text that can be stored: whole characters, no NUL.</summary>
    public static bool IsText(string text)
    {
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            if (rest[0] == '\0' || Rune.DecodeFromUtf16(rest, out _, out var read) is not OperationStatus.Done)
            {
                return false;
            }

            rest = rest[read..];
        }

        return true;
    }

    /// <summary>Reads <c>3</c> or <c>v3</c>; anything else is an alias.</summary>
    public static bool TryParseVersion(string reference, out int number)
    {
        number = 0;
        return Number().IsMatch(reference)
            && int.TryParse(reference.AsSpan().TrimStart("vV"), NumberStyles.None, provider: null, out number);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\A[vV]?[0-9]+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
