using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.ServiceDefaults;

/// <summary>
/// Refuses bodies that are longer than an endpoint takes, so that the client learns it. The server's own limit cuts the connection of a
/// client that still sends, and whoever does not read before everything is sent, as the gateway and many clients, loses the answer with
/// it. What comes after the limit is read here and thrown away, for the few seconds that the server grants.
/// </summary>
internal static class BodyLimits
{
    public static Task HoldAsync(HttpContext context, RequestDelegate next)
    {
        if (
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()
                is { IsReadOnly: false, MaxRequestBodySize: { } limit } server
            // The usual body, whose length is known, is read without a detour.
            && !(context.Request.ContentLength <= limit)
            && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
        )
        {
            server.MaxRequestBodySize = null;
            context.Request.Body = new LimitedBody(context.Request.Body, limit, context.Request.ContentLength);
        }

        return next(context);
    }

    /// <summary>A body that ends with 413 where it becomes too long; at its beginning when its length says so.</summary>
    private sealed class LimitedBody(Stream body, long limit, long? length) : ReadOnceStream
    {
        private long _left = length > limit ? -1 : limit;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            Check();
            var read = await body.ReadAsync(buffer, cancellationToken);
            _left -= read;
            Check();
            return read;
        }

        private void Check()
        {
            if (_left < 0)
            {
                throw new BadHttpRequestException(
                    RequestSentences.BodyTooLarge.English,
                    StatusCodes.Status413PayloadTooLarge
                );
            }
        }
    }
}
