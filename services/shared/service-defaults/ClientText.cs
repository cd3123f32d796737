using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>
/// Which text, names and paths are taken from clients; the same for every service, so that what one accepts no other refuses
/// later. Names and paths become folders and files on other machines.
/// </summary>
public static partial class ClientText
{
    private const int MaxProjectLength = 200;
    private const int MaxPathLength = 1024;
    private const int MaxShown = 100;

    /// <summary>The longest file name that common file systems take.</summary>
    private const int MaxPathPartBytes = 255;

    /// <summary>What a client sent, as an answer repeats it: its beginning, not as much as somebody may send.</summary>
    public static string Brief(string? text) =>
        text is null || text.Length <= MaxShown ? text ?? "" : $"{text[..MaxShown]}…";

    /// <summary>UTF-8 without the mark (BOM) with which some editors begin it.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) =>
        text.StartsWith("\uFEFF"u8) ? text[3..] : text;

    /// <summary>How long a text is, in code points, as clients and the database count it.</summary>
    public static int Length(string text) => text.Length - text.Count(char.IsLowSurrogate);

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

    /// <summary>True for text of one line that is shown as it is: no control characters, line breaks or <see cref="Reorders"/>.</summary>
    public static bool IsOneLine(string text) =>
        IsText(text)
        && !text.Any(character =>
            char.IsControl(character) || Reorders(character) || character is '\u2028' or '\u2029'
        );

    /// <summary>True for text of one line of which something is seen: not blanks or characters without a shape alone.</summary>
    public static bool IsVisibleLine(string text) =>
        IsOneLine(text)
        && text.EnumerateRunes()
            .Any(rune => !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not UnicodeCategory.Format);

    /// <summary>True for text of several lines that is shown as it is: of control characters it has line breaks and tabs only.</summary>
    public static bool IsDescription(string text) =>
        IsText(text)
        && !text.Replace("\r\n", "\n", StringComparison.Ordinal)
            .Any(character =>
                // Others would act on the terminal of whoever lists it.
                (char.IsControl(character) && character is not ('\n' or '\t')) || Reorders(character)
            );

    /// <summary>True for 1 to 128 of <c>A-Z a-z 0-9 . _ -</c>, beginning with a letter or digit.</summary>
    public static bool IsWord([NotNullWhen(true)] string? text) => text is not null && Word().IsMatch(text);

    /// <summary>True for a word that is no part of other addresses under <c>/api/artifacts</c>.</summary>
    public static bool IsArtifactName([NotNullWhen(true)] string? name) =>
        IsWord(name)
        && !string.Equals(name, "blobs", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(name, "statistics", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with a project's name; null when nothing is.</summary>
    public static Sentence? ProblemWithProject(string? project) =>
        project is { Length: <= MaxProjectLength }
        && ProjectWords().IsMatch(project)
        && !project.Split('/').Any(part => part is "" or "." or "..")
            ? null
            : TextSentences.Project.With(MaxProjectLength);

    /// <summary>A path with the slashes that a client encoded: ASP.NET Core decodes all characters of an address but these.</summary>
    public static string DecodeSlashes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What is wrong with a relative path; null when nothing is.</summary>
    public static Sentence? ProblemWithPath(string? path)
    {
        if (string.IsNullOrEmpty(path) || path.Length > MaxPathLength)
        {
            return TextSentences.PathLength.With(MaxPathLength);
        }

        if (!IsOneLine(path) || path.Contains('\\', StringComparison.Ordinal))
        {
            return TextSentences.PathCharacters;
        }

        foreach (var part in path.Split('/'))
        {
            if (part is "" or "." or "..")
            {
                return TextSentences.PathParts;
            }

            if (Encoding.UTF8.GetByteCount(part) > MaxPathPartBytes)
            {
                return TextSentences.PathPartLength.With(MaxPathPartBytes);
            }
        }

        return null;
    }

    /// <summary>
    /// Embeddings, overrides and isolates of direction: after one, what follows is shown in another order than it is written in.
    /// Scripts that run from right to left need none of them.
    /// </summary>
    private static bool Reorders(char character) =>
        character is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\A[A-Za-z0-9_\-./]+\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ProjectWords();
}
