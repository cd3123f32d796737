using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Blobs;

/// <summary>What the endpoints that take raw bytes have in common.</summary>
internal static class BlobUpload
{
    /// <summary>Receives the request's body; null when it broke off before the length that was announced.</summary>
    public static async Task<IncomingBlob?> ReceiveBlobAsync(
        this HttpRequest request,
        BlobLibrary blobs,
        CancellationToken cancellationToken
    )
    {
        IncomingBlob incoming;
        try
        {
            incoming = await blobs.ReceiveAsync(request.Body, cancellationToken);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode is StatusCodes.Status400BadRequest)
        {
            return null;
        }

        if (request.ContentLength is { } announced && announced != incoming.Size)
        {
            await incoming.DisposeAsync();
            return null;
        }

        return incoming;
    }

    /// <summary>
    /// Reads the rest of a body that is not needed. A client that asked with <c>Expect: 100-continue</c> has not sent it; any
    /// other would take a connection that is closed on it for a failure.
    /// </summary>
    public static Task SkipBodyAsync(this HttpRequest request, CancellationToken cancellationToken) =>
        request.Headers.Expect.Count > 0
            ? Task.CompletedTask
            : request.Body.CopyToAsync(Stream.Null, cancellationToken);

    public static ProblemHttpResult Truncated() =>
        Mismatch("The body ended before its announced length. Nothing was kept; send it again.");

    public static ProblemHttpResult Mismatch(string detail) =>
        ProblemResults.Problem(StatusCodes.Status400BadRequest, "blob.checksum-mismatch", detail);
}
