using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Blobs;

internal static class UploadBlob
{
    public static void MapUploadBlob(this IEndpointRouteBuilder artifacts) =>
        artifacts
            .MapPut("/blobs/{sha256}", HandleAsync)
            .RequireAuthorization(Policies.StoreArtifact)
            .WithName("UploadBlob")
            .WithSummary("Upload bytes under their SHA-256; 200 when they are already stored, 201 when they are new")
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<Stream>("application/octet-stream", "*/*")
            .RefuseWhileDiskIsFull(exceptJobs: true);

    private static async Task<Results<Created<StoredBlob>, Ok<StoredBlob>, ProblemHttpResult>> HandleAsync(
        string sha256,
        HttpRequest request,
        BlobLibrary blobs,
        CancellationToken cancellationToken
    )
    {
        if (!BlobName.TryParse(sha256, out var name))
        {
            return ProblemResults.Invalid("sha256", ArtifactSentences.BlobNameRule);
        }

        if (await blobs.FindAsync(name, cancellationToken) is { } stored)
        {
            await request.SkipBodyAsync(cancellationToken);
            return TypedResults.Ok(stored);
        }

        await using var incoming = await blobs.ReceiveAsync(request.Body, cancellationToken);
        if (incoming.Name != name)
        {
            return BlobUpload.Mismatch(incoming, name);
        }

        return TypedResults.Created($"/api/artifacts/blobs/{name}", await blobs.KeepAsync(incoming, cancellationToken));
    }
}
