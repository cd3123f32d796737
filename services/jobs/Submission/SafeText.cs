using System.Text.RegularExpressions;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Submission;

/// <summary>
/// Rules for the texts of a job request, in addition to those of all services (<see cref="ClientText"/>).
/// </summary>
internal static partial class SafeText
{
    public const string ArtifactReferenceRule =
        "An artifact is named as name, name:alias or name:3, of A-Z a-z 0-9 . _ - beginning with a letter or digit.";

    public const string LabelRule =
        "A label's key and value have 1 to 128 of A-Z a-z 0-9 . _ - / and begin with a letter or digit; a value may be empty.";

    public static bool IsArtifactReference(string? reference) =>
        reference is not null
        && reference.IndexOf(':', StringComparison.Ordinal) is var colon
        && (
            colon < 0
                ? ClientText.IsArtifactName(reference)
                : ClientText.IsArtifactName(reference[..colon]) && ClientText.IsWord(reference[(colon + 1)..])
        );

    public static bool IsLabel(string text) => LabelWord().IsMatch(text);

    public static bool IsEnvironmentName(string name) => Variable().IsMatch(name);

    /// <summary>A client's key in a form that is safe to repeat in an answer.</summary>
    public static string Shown(string key) =>
        ClientText.IsOneLine(key) ? (key.Length <= 100 ? key : $"{key[..99]}…") : "(not printable)";

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,127}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LabelWord();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,254}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
