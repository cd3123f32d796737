using System.Formats.Tar;
using Platform.Artifacts.Access;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Catalog;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Browsing;

internal static class DownloadArchive
{
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Execute =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static void MapDownloadArchive(this IEndpointRouteBuilder artifacts) =>
        artifacts
            .MapGet("/{name}/versions/{version}/archive", HandleAsync)
            .RequireReadAccess()
            .WithName("DownloadArtifactArchive")
            .WithSummary("All files of a version as a tar archive")
            .Produces<Stream>(StatusCodes.Status200OK, "application/x-tar");

    private static async Task<IResult> HandleAsync(
        string name,
        string version,
        HttpResponse response,
        ArtifactCatalog catalog,
        BlobLibrary blobs,
        ILogger<ArtifactCatalog> logger,
        CancellationToken cancellationToken
    )
    {
        if (await catalog.ResolveAsync(name, version, cancellationToken) is not var (found, _))
        {
            return await catalog.ExplainMissingAsync(name, version, cancellationToken);
        }

        var files = await catalog.ReadFilesAsync(found.Digest, cancellationToken);
        // Looked at before the archive begins: after its first byte nothing can be said any more.
        if (await FindLostAsync(files, blobs, cancellationToken) is var (path, lost))
        {
            return LostBytes.Report(logger, name, found.Version, path, lost);
        }

        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(
            async output =>
            {
                await using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
                foreach (var file in files)
                {
                    await using var bytes =
                        BlobName.TryParse(file.Sha256, out var blob)
                        && await blobs.OpenAsync(blob, cancellationToken) is { } opened
                            ? opened
                            // Lost since: the client gets a broken connection instead of an incomplete archive.
                            : throw new IOException($"Blob {file.Sha256} is not in the store.");
                    await tar.WriteEntryAsync(
                        new PaxTarEntry(TarEntryType.RegularFile, file.Path)
                        {
                            DataStream = bytes,
                            Mode = file.Executable ? Mode | Execute : Mode,
                            ModificationTime = found.CreatedAt,
                        },
                        cancellationToken
                    );
                }
            },
            "application/x-tar",
            $"{name}-v{found.Version}.tar"
        );
    }

    private static async Task<(string Path, BlobName Blob)?> FindLostAsync(
        IReadOnlyList<ArtifactFile> files,
        BlobLibrary blobs,
        CancellationToken cancellationToken
    )
    {
        var names = files.Select(file => BlobName.TryParse(file.Sha256, out var name) ? name : default).Distinct();
        var lost = (await blobs.FindMissingAsync([.. names], cancellationToken)).ToHashSet();
        return files
            .Select(file => (file.Path, Blob: BlobName.TryParse(file.Sha256, out var name) ? name : default))
            .Where(file => lost.Contains(file.Blob))
            .Select(file => ((string, BlobName)?)file)
            .FirstOrDefault();
    }
}
