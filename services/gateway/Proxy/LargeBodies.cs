using Yarp.ReverseProxy.Transforms;

namespace Platform.Gateway.Proxy;

/// <summary>
/// A service is asked before a large body is sent. One that refuses it does not read it, and would cut the connection while the gateway
/// still sends, so that its answer was lost and looked like that of a service which is away.
/// </summary>
internal static class LargeBodies
{
    private const long Large = 1 << 20;

    /// <summary>How long a service may take to say whether it wants a body; a busy one takes longer than it should.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static void AskFirst(RequestTransformContext request)
    {
        // A body without a length may be as large as it likes.
        if (request.ProxyRequest.Content is not null && !(request.HttpContext.Request.ContentLength < Large))
        {
            request.ProxyRequest.Headers.ExpectContinue = true;
        }
    }
}
