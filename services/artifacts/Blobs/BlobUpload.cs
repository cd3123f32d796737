using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Blobs;

/// <summary>What the endpoints that take raw bytes have in common.</summary>
internal static class BlobUpload
{
    /// <summary>
    /// Reads the rest of a body that is not needed. A client that asked with <c>Expect: 100-continue</c> has not sent it; any
    /// other would take a connection that is closed on it for a failure.
    /// </summary>
    public static Task SkipBodyAsync(this HttpRequest request, CancellationToken cancellationToken) =>
        request.Headers.Expect.Count > 0
            ? Task.CompletedTask
            : request.Body.CopyToAsync(Stream.Null, cancellationToken);

    /// <summary>The received bytes are not those that were announced.</summary>
    public static ProblemHttpResult Mismatch(IncomingBlob incoming, BlobName announced) =>
        ProblemResults.Problem(
            StatusCodes.Status400BadRequest,
            "blob.checksum-mismatch",
            $"The {incoming.Size} bytes received have the SHA-256 {incoming.Name}, not {announced}. Nothing was kept."
        );
}
