using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Blobs;

/// <summary>Shared by the endpoints that receive raw bytes.</summary>
internal static class BlobUpload
{
    /// <summary>
    /// Reads the rest of a body that is not needed, because clients treat a connection that is closed during the upload
    /// as a failure. A client with <c>Expect: 100-continue</c> has not sent the body.
    /// </summary>
    public static Task SkipBodyAsync(this HttpRequest request, CancellationToken cancellationToken) =>
        request.Headers.Expect.Count > 0
            ? Task.CompletedTask
            : request.Body.CopyToAsync(Stream.Null, cancellationToken);

    /// <summary>The received bytes do not match the declared hash.</summary>
    public static ProblemHttpResult Mismatch(IncomingBlob incoming, BlobName declared) =>
        ProblemResults.Problem(
            StatusCodes.Status400BadRequest,
            ArtifactSentences.ChecksumMismatch.With(incoming.Size, incoming.Name, declared)
        );
}
