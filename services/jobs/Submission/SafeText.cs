using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Platform.Jobs.Submission;

/// <summary>Which words are taken from a client. Names and paths become folders and files on other machines.</summary>
internal static partial class SafeText
{
    public const string ArtifactNameRule =
        "An artifact's name has 1 to 128 of A-Z a-z 0-9 . _ - and begins with a letter or digit.";

    public const string ArtifactReferenceRule =
        "An artifact is named as name, name:alias or name:3, of A-Z a-z 0-9 . _ - beginning with a letter or digit.";

    public const string LabelRule =
        "A label's key and value have 1 to 128 of A-Z a-z 0-9 . _ - / and begin with a letter or digit; a value may be empty.";

    private const int MaxProjectLength = 200;
    private const int MaxPathLength = 1024;

    /// <summary>The longest file name that common file systems take.</summary>
    private const int MaxPathPartBytes = 255;

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

    public static bool IsOneLine(string text) => IsText(text) && !text.Any(char.IsControl);

    public static bool IsArtifactName(string? name) => name is not null && Word().IsMatch(name);

    public static bool IsArtifactReference(string? reference) =>
        reference is not null
        && reference.IndexOf(':', StringComparison.Ordinal) is var colon
        && (
            colon < 0
                ? IsArtifactName(reference)
                : IsArtifactName(reference[..colon]) && IsArtifactName(reference[(colon + 1)..])
        );

    public static bool IsLabel(string text) => LabelWord().IsMatch(text);

    public static bool IsEnvironmentName(string name) => Variable().IsMatch(name);

    /// <summary>What is wrong with a project's name; null when nothing is.</summary>
    public static string? ProblemWithProject(string project) =>
        project.Length <= MaxProjectLength
        && ProjectWords().IsMatch(project)
        && !project.Split('/').Any(part => part is "" or "." or "..")
            ? null
            : $"A project has 1 to {MaxProjectLength} of A-Z a-z 0-9 _ - . in parts joined by slashes; '.' and '..' are no parts.";

    /// <summary>What is wrong with a relative path; null when nothing is.</summary>
    public static string? ProblemWithPath(string? path)
    {
        if (string.IsNullOrEmpty(path) || path.Length > MaxPathLength)
        {
            return $"A path has 1 to {MaxPathLength} characters.";
        }

        if (!IsOneLine(path) || path.Contains('\\', StringComparison.Ordinal))
        {
            return "A path has no backslashes or control characters.";
        }

        return path.Split('/')
            .Any(part => part is "" or "." or ".." || Encoding.UTF8.GetByteCount(part) > MaxPathPartBytes)
            ? $"A path is relative, with forward slashes, without empty, '.' or '..' parts and parts over {MaxPathPartBytes} bytes."
            : null;
    }

    /// <summary>A client's key as it may be repeated in an answer.</summary>
    public static string Shown(string key) =>
        IsOneLine(key) ? (key.Length <= 100 ? key : $"{key[..99]}…") : "(not printable)";

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,127}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LabelWord();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,254}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\A[A-Za-z0-9_\-./]+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ProjectWords();
}
