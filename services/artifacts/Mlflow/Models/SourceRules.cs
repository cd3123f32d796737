using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>Which texts are the source of a version, as in MLflow: clients open what it names with their own rights.</summary>
internal static class SourceRules
{
    private static readonly char[] _dividers = ['/', '\\'];

    /// <summary>Refuses paths of a machine, and such as lead to another place than they show.</summary>
    /// <exception cref="MlflowException">The source is refused.</exception>
    public static void Check(string source)
    {
        var plain = Decoded(source);
        if (IsLocal(plain))
        {
            throw Invalid(
                source,
                "A path of a machine is not there for others: give the URI of files that are stored."
            );
        }

        if (plain.Contains('\0', StringComparison.Ordinal) || plain.Split(_dividers).Any(part => part is "." or ".."))
        {
            throw Invalid(source, "It must be an absolute path, without '.' and '..'.");
        }
    }

    /// <summary>Without a scheme, or with a letter of a Windows drive in its place.</summary>
    private static bool IsLocal(string source) =>
        source.IndexOf(':', StringComparison.Ordinal) is var end
        && (
            end <= 1
            || !Uri.CheckSchemeName(source[..end])
            || source[..end].Equals(Uri.UriSchemeFile, StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>What is encoded several times is decoded as often by those who read it.</summary>
    private static string Decoded(string source)
    {
        while (Uri.UnescapeDataString(source) is var decoded && decoded.Length < source.Length)
        {
            source = decoded;
        }

        return source;
    }

    private static MlflowException Invalid(string source, string reason) =>
        MlflowException.Invalid($"Invalid model version source: '{ClientText.Brief(source)}'. {reason}");
}
