using System.Globalization;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Changing;
using Platform.Artifacts.RunFiles;
using Platform.Contracts.Artifacts;
using Platform.Mlflow;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>
/// Finds the files that the source of a new version names: those of a run, of a logged model or of another version. They are the version's
/// from then on, whatever becomes of the run; their bytes are stored once.
/// </summary>
internal sealed class ModelSource(RunFileAccess access, RunFileStore files, ModelReader models, ArtifactCatalog catalog)
{
    /// <summary>The files, with paths below the source. None for a source outside of the platform.</summary>
    /// <exception cref="MlflowException">The run is not there, or is none of the caller's business.</exception>
    public async Task<IReadOnlyList<ArtifactFile>> FindAsync(string source, HttpContext context)
    {
        if (Below(source, "runs:/") is { } ofRun && ofRun.Split('/', 2) is [var run, .. var path])
        {
            return await OfOwnerAsync(run, path.FirstOrDefault("").Trim('/'), context);
        }

        if (Below(source, "mlflow-artifacts:/") is { } stored && ArtifactPath.TryParse(stored, out var target))
        {
            return await OfOwnerAsync(target.Owner, target.Path, context);
        }

        if (Below(source, "models:/") is { } ofModel)
        {
            return ofModel.Split('/', 2) is [var name, var version]
                ? await OfVersionAsync(name, version, context)
                : await OfOwnerAsync(ofModel, "", context);
        }

        return [];
    }

    /// <summary>The rest of a URI of this scheme, without its host; null for another one.</summary>
    private static string? Below(string source, string scheme)
    {
        if (!source.StartsWith(scheme, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = source[scheme.Length..];
        return rest.StartsWith('/') && rest.IndexOf('/', 1) is > 0 and var end ? rest[(end + 1)..] : rest;
    }

    private async Task<IReadOnlyList<ArtifactFile>> OfOwnerAsync(string owner, string folder, HttpContext context)
    {
        var (found, refusal) = await access.FindAsync(owner, context);
        MlflowException.ThrowIf(refusal);
        var below = await files.FindBelowAsync(
            found!.Id,
            folder,
            CreateVersionRules.MaxFiles + 1,
            context.RequestAborted
        );
        if (below.Count > CreateVersionRules.MaxFiles)
        {
            throw MlflowException.Invalid($"A model has at most {CreateVersionRules.MaxFiles} files.");
        }

        var skipped = folder.Length == 0 ? 0 : folder.Length + 1;
        return
        [
            .. below.Select(file => new ArtifactFile
            {
                Path = file.Path[skipped..],
                Size = file.Size,
                Sha256 = file.Sha256,
            }),
        ];
    }

    private async Task<IReadOnlyList<ArtifactFile>> OfVersionAsync(string name, string version, HttpContext context)
    {
        if (
            int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && await models.FindArtifactAsync(name, context.RequestAborted) is { } artifact
            && await catalog.ResolveAsync(artifact, version, context.RequestAborted) is var (found, _)
            && found.Version == number
        )
        {
            return await catalog.ReadFilesAsync(found.Digest, context.RequestAborted);
        }

        throw MlflowException.NotFound($"Model Version (name={name}, version={version}) not found");
    }
}
