using System.Globalization;
using Platform.Artifacts.Access;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Changing;
using Platform.Artifacts.RunFiles;
using Platform.Contracts.Artifacts;
using Platform.Mlflow;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>
/// Finds the files that the source of a new version names: those of a run, of a logged model or of another version. They are the version's
/// from then on, whatever becomes of the run; their bytes are stored once.
/// </summary>
internal sealed class ModelSource(
    RunFileAccess access,
    RunFileStore files,
    ModelReader models,
    ArtifactCatalog catalog,
    MachineAccess machines
)
{
    /// <summary>The files, with paths below the source. None for a source outside of the platform.</summary>
    /// <exception cref="MlflowException">
    /// The source is no URI that a version can have, or what it names is not there, or is none of the caller's business.
    /// </exception>
    public async Task<IReadOnlyList<ArtifactFile>> FindAsync(string source, HttpContext context)
    {
        SourceRules.Check(source);
        if (Below(source, "runs:/") is { } ofRun && ofRun.Split('/', 2) is [var run, .. var folder])
        {
            return await OfOwnerAsync(run, folder.FirstOrDefault("").Trim('/'), context);
        }

        if (Below(source, "mlflow-artifacts:/") is { } stored)
        {
            return VersionPath.TryParse(stored, out var path) ? await OfVersionAsync(path, context)
                : ArtifactPath.TryParse(stored, out var target) ? await OfOwnerAsync(target.Owner, target.Path, context)
                : [];
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

        return Within(
            folder,
            below.Select(file => new ArtifactFile
            {
                Path = file.Path,
                Size = file.Size,
                Sha256 = file.Sha256,
            })
        );
    }

    private async Task<IReadOnlyList<ArtifactFile>> OfVersionAsync(string name, string version, HttpContext context) =>
        int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && await models.FindArtifactAsync(name, context.RequestAborted) is { } artifact
            ? await OfVersionAsync(new VersionPath(artifact, number, ""), context)
            : throw NoVersion(name, version);

    private async Task<IReadOnlyList<ArtifactFile>> OfVersionAsync(VersionPath path, HttpContext context)
    {
        var number = path.Number.ToString(CultureInfo.InvariantCulture);
        if (
            await catalog.ResolveAsync(path.Artifact, number, context.RequestAborted) is not var (found, _)
            || found.Version != path.Number
        )
        {
            throw NoVersion(path.Artifact, number);
        }

        // Whoever makes a version of it can read that one.
        MlflowException.ThrowIf(await machines.RefuseVersionReadAsync(context, found));
        return Within(path.Path, await catalog.ReadFilesAsync(found.Digest, context.RequestAborted));
    }

    /// <summary>The files below a folder, with paths below it.</summary>
    private static IReadOnlyList<ArtifactFile> Within(string folder, IEnumerable<ArtifactFile> files)
    {
        var start = folder.Length == 0 ? "" : $"{folder}/";
        return
        [
            .. files
                .Where(file => file.Path.StartsWith(start, StringComparison.Ordinal))
                .Select(file => file with { Path = file.Path[start.Length..] }),
        ];
    }

    private static MlflowException NoVersion(string name, string version) =>
        MlflowException.NotFound(
            $"Model Version (name={ClientText.Brief(name)}, version={ClientText.Brief(version)}) not found"
        );
}
