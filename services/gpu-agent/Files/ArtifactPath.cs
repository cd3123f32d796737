using System.Text;
using Platform.ServiceDefaults;

namespace Platform.GpuAgent.Files;

/// <summary>Names of files that a training made: any bytes but a slash and NUL, of which artifacts take only some.</summary>
internal static class ArtifactPath
{
    private const int MaxShown = 100;

    /// <summary>True when an artifact can have a file of this name.</summary>
    public static bool IsPossible(string name) => ClientText.ProblemWithPath(name) is null;

    /// <summary>A name as one line that a terminal and a page show as it is.</summary>
    public static string Shown(string name)
    {
        var text = new StringBuilder("'");
        foreach (var rune in (name.Length <= MaxShown ? name : name[..MaxShown]).EnumerateRunes())
        {
            text.Append(
                ClientText.IsOneLine(rune.ToString()) ? rune.ToString()
                : rune.Value is '\n' ? "\\n"
                : $"\\u{rune.Value:x4}"
            );
        }

        return text.Append(name.Length <= MaxShown ? "'" : "…'").ToString();
    }
}
