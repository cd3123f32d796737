using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Platform.ServiceDefaults;

/// <summary>Answers that go on (https://html.spec.whatwg.org/multipage/server-sent-events.html).</summary>
public static class ServerSentEvents
{
    /// <summary>Sets the headers of a stream of events, which nothing on the way may hold back or keep.</summary>
    public static void BeginEventStream(this HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
