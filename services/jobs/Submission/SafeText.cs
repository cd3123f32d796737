using System.Text.RegularExpressions;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Submission;

/// <summary>
/// Rules for the texts of a job request, in addition to those of all services (<see cref="ClientText"/>).
/// </summary>
internal static partial class SafeText
{
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
