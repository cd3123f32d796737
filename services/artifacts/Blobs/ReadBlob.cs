using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Blobs;

internal static class ReadBlob
{
    private static readonly string[] _head = [HttpMethods.Head];

    public static void MapReadBlob(this IEndpointRouteBuilder artifacts)
    {
        artifacts
            .MapGet("/blobs/{sha256}", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ReadBlob")
            .WithSummary("The bytes of a blob (ranges)")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream");
        // Whoever may store bytes may ask whether they are stored.
        artifacts
            .MapMethods("/blobs/{sha256}", _head, HandleAsync)
            .RequireAuthorization(Policies.StoreArtifact)
            .WithName("FindBlob")
            .WithSummary("Whether a blob is stored, and its size");
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> HandleAsync(
        string sha256,
        HttpResponse response,
        BlobLibrary blobs,
        CancellationToken cancellationToken
    )
    {
        if (!BlobName.TryParse(sha256, out var name))
        {
            return ProblemResults.Invalid("sha256", ArtifactSentences.BlobNameRule);
        }

        if (
            await blobs.FindAsync(name, cancellationToken) is null
            || await blobs.OpenAsync(name, cancellationToken) is not { } bytes
        )
        {
            return ProblemResults.NotFound(ArtifactSentences.NoBlob.With(name));
        }

        return response.Bytes(bytes, name, fileName: null);
    }

    /// <summary>
    /// Answers with bytes that a browser saves but never executes, with ranges; the hash is the strong ETag.
    /// </summary>
    public static FileStreamHttpResult Bytes(
        this HttpResponse response,
        Stream bytes,
        BlobName name,
        string? fileName,
        string contentType = "application/octet-stream"
    )
    {
        // Ranges of another unit are none: the framework would take their numbers for bytes.
        var headers = response.HttpContext.Request.Headers;
        if (RangeHeaderValue.TryParse(headers.Range.ToString(), out var range) && range.Unit != "bytes")
        {
            headers.Remove(HeaderNames.Range);
        }

        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        return TypedResults.Stream(
            bytes,
            contentType,
            fileName,
            lastModified: null,
            new EntityTagHeaderValue($"\"{name}\""),
            enableRangeProcessing: true
        );
    }
}
