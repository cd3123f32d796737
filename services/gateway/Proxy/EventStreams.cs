using Yarp.ReverseProxy.Transforms;

namespace Platform.Gateway.Proxy;

/// <summary>Tells a follower at once that its stream is open; YARP sends headers only with the first event, which may take long.</summary>
internal static class EventStreams
{
    public static async ValueTask OpenAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse?.Content.Headers.ContentType?.MediaType is "text/event-stream")
        {
            await context.HttpContext.Response.Body.FlushAsync(context.HttpContext.RequestAborted);
        }
    }
}
