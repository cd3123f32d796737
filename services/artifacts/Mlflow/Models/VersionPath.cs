using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>A path of the files of a model's version within the storage that MLflow's clients see: <c>versions/ARTIFACT/NUMBER/PATH</c>.</summary>
/// <param name="Path">Within the version; empty for all of it.</param>
internal readonly record struct VersionPath(string Artifact, int Number, string Path)
{
    private const string Root = "versions";

    /// <summary>What <c>get-download-uri</c> answers.</summary>
    public static string UriOf(string artifact, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"mlflow-artifacts:/{Root}/{artifact}/{number}");

    /// <summary>Reads a path.</summary>
    public static bool TryParse(string? path, out VersionPath parsed)
    {
        parsed = default;
        if (
            ClientText.DecodeSlashes(path ?? "").Trim('/').Split('/')
                is not [Root, var artifact, var version, .. var rest]
            || !ClientText.IsArtifactName(artifact)
            || !int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        )
        {
            return false;
        }

        parsed = new VersionPath(artifact, number, string.Join('/', rest));
        return true;
    }
}
