using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Access;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Browsing;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Mlflow.Models;

/// <summary>The files of a model's version, as MLflow's clients list and download them.</summary>
internal sealed class VersionFiles(
    ArtifactCatalog catalog,
    BlobLibrary blobs,
    MachineAccess machines,
    ILogger<ArtifactCatalog> logger
)
{
    /// <summary>What is directly in a folder.</summary>
    public async Task<(IReadOnlyList<RunFolderEntry> Entries, ProblemHttpResult? Refusal)> ListAsync(
        VersionPath path,
        HttpContext context
    )
    {
        var (version, refusal) = await FindAsync(path, context);
        if (refusal is not null)
        {
            return ([], refusal);
        }

        var folder = path.Path.Length == 0 ? "" : $"{path.Path}/";
        var entries = (await catalog.ReadFilesAsync(version!.Digest, context.RequestAborted))
            .Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal))
            .GroupBy(file => file.Path[folder.Length..].Split('/')[0], StringComparer.Ordinal)
            .Select(group => new RunFolderEntry
            {
                Name = group.Key,
                IsFolder = group.Any(file => file.Path.Length > folder.Length + group.Key.Length),
                Size = group.Sum(file => file.Size),
                Files = group.Count(),
                UpdatedAt = version.CreatedAt,
            });
        return ([.. entries], null);
    }

    /// <summary>The bytes of a file.</summary>
    public async Task<IResult> OpenAsync(VersionPath path, HttpContext context)
    {
        var (version, refusal) = await FindAsync(path, context);
        if (refusal is not null)
        {
            return refusal;
        }

        if (
            await catalog.FindFileAsync(version!.Digest, path.Path, context.RequestAborted) is not { } file
            || !BlobName.TryParse(file.Sha256, out var blob)
        )
        {
            return ProblemResults.NotFound(ArtifactSentences.NoFile.With(path.Number, path.Artifact, path.Path));
        }

        return await blobs.OpenAsync(blob, context.RequestAborted) is { } bytes
            ? context.Response.Bytes(bytes, blob, file.Path[(file.Path.LastIndexOf('/') + 1)..])
            : LostBytes.Report(logger, path.Artifact, path.Number, file.Path, blob);
    }

    private async Task<(ArtifactVersion? Version, ProblemHttpResult? Refusal)> FindAsync(
        VersionPath path,
        HttpContext context
    )
    {
        var number = path.Number.ToString(CultureInfo.InvariantCulture);
        if (await catalog.ResolveAsync(path.Artifact, number, context.RequestAborted) is not var (version, _))
        {
            return (null, ArtifactProblems.NoVersion(path.Artifact, number));
        }

        return (version, await machines.RefuseVersionReadAsync(context, version));
    }
}
