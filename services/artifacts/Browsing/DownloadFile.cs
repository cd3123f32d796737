using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;
using Platform.Artifacts.Access;
using Platform.Artifacts.Blobs;
using Platform.Artifacts.Catalog;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

internal static class DownloadFile
{
    private static readonly string[] _methods = [HttpMethods.Get, HttpMethods.Head];
    private static readonly FileExtensionContentTypeProvider _contentTypes = new();

    public static void MapDownloadFile(this IEndpointRouteBuilder artifacts) =>
        artifacts
            .MapMethods("/{name}/versions/{version}/files/{**path}", _methods, HandleAsync)
            .RequireReadAccess()
            .WithName("DownloadArtifactFile")
            .WithSummary("The bytes of one file (ranges); the ETag is their SHA-256")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream");

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> HandleAsync(
        string name,
        string version,
        string? path,
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

        // A path is only looked up in the manifest, never in a file system.
        if (
            path is null
            || !ClientText.IsText(path)
            || await catalog.FindFileAsync(found.Digest, path, cancellationToken) is not { } file
            || !BlobName.TryParse(file.Sha256, out var blob)
        )
        {
            return ProblemResults.Problem(
                StatusCodes.Status404NotFound,
                ArtifactSentences.NoFile.With(found.Version, name, path ?? "")
            );
        }

        if (await blobs.OpenAsync(blob, cancellationToken) is not { } bytes)
        {
            return LostBytes.Report(logger, name, found.Version, path, blob);
        }

        var contentType = _contentTypes.TryGetContentType(path!, out var known) ? known : "application/octet-stream";
        return response.Bytes(bytes, blob, path![(path!.LastIndexOf('/') + 1)..], contentType);
    }
}
