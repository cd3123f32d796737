using System.Globalization;
using Platform.Artifacts.RunFiles;
using Platform.Contracts.Tracking;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow;

/// <summary>
/// A path within the storage that MLflow's clients see: <c>EXPERIMENT/RUN/artifacts/PATH</c>, or <c>EXPERIMENT/models/MODEL/artifacts/PATH</c>
/// for logged models. Their URIs are given by the platform, <c>mlflow-artifacts:/</c> and this path.
/// </summary>
/// <param name="Owner">The id of the run or model.</param>
/// <param name="Path">Within its files; empty for all of them.</param>
internal readonly record struct ArtifactPath(string Owner, string Path)
{
    private const string Artifacts = "artifacts";
    private const string Models = "models";

    /// <summary>Reads a path.</summary>
    public static bool TryParse(string? path, out ArtifactPath parsed)
    {
        parsed = default;
        var parts = ClientText.DecodeSlashes(path ?? "").Trim('/').Split('/');
        var (owner, rest) = parts switch
        {
            [_, Models, var model, Artifacts, .. var below] => (model, below),
            [_, var run, Artifacts, .. var below] => (run, below),
            _ => ("", []),
        };
        var inFolder = string.Join('/', rest);
        if (
            owner.Length == 0
            || !RunIds.TryNormalize(owner, out var normalized)
            || (inFolder.Length > 0 && ClientText.ProblemWithPath(inFolder) is not null)
        )
        {
            return false;
        }

        parsed = new ArtifactPath(normalized, inFolder);
        return true;
    }

    /// <summary>The URI of all files of a run or a logged model.</summary>
    public static string RootOf(FileOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        var id = Guid.TryParseExact(owner.Id, "D", out var uuid)
            ? uuid.ToString("N", CultureInfo.InvariantCulture)
            : owner.Id;
        var folder = LoggedModelIds.IsId(id) ? $"{Models}/{id}" : id;
        return $"mlflow-artifacts:/{owner.Experiment}/{folder}/{Artifacts}";
    }
}
