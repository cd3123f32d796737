using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Platform.ServiceDefaults;

/// <summary>
/// Reads JSON that a client compressed as if it had come as it is. The limit of a body counts what comes out, so that a small body that
/// becomes a large one is refused as any other. What else is compressed is left as it is: for files, that is their content.
/// </summary>
public static class CompressedBodies
{
    /// <summary>Whether the body is not as it is: it has a <c>Content-Encoding</c>.</summary>
    public static bool HasEncoding(this HttpRequest request) =>
        request.Headers.ContentEncoding.Any(coding => coding is not (null or "" or "identity"));

    internal static Task DecompressAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding.Count == 0 || !request.HasJsonContentType())
        {
            return next(context);
        }

        Stream? body = request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(request.Body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(request.Body, CompressionMode.Decompress),
            "br" => new BrotliStream(request.Body, CompressionMode.Decompress),
            _ => null,
        };
        if (body is not null)
        {
            request.Headers.Remove(HeaderNames.ContentEncoding);
            // Of what comes out nobody knows the length.
            request.ContentLength = null;
            request.Body = new DecompressedBody(body);
            context.Response.RegisterForDispose(body);
        }

        return next(context);
    }

    private sealed class DecompressedBody(Stream body) : ReadOnceStream
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            try
            {
                return await body.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
            {
                // Brotli says the latter of bytes that are none.
                throw new BrokenBodyException(e);
            }
        }
    }
}

/// <summary>A compressed body that cannot be read.</summary>
internal sealed class BrokenBodyException(Exception why)
    : BadHttpRequestException(RequestSentences.BrokenCompression.English, StatusCodes.Status400BadRequest, why);
