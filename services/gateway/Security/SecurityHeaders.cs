using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Platform.Gateway.Security;

/// <summary>
/// What every answer tells browsers, and what no client may say of proxies before it. What the API sends is never run as a page: an
/// artifact may be anybody's HTML.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>Images, sounds and videos of runs are fetched with the session's token, which only the page can send, and shown from memory.</summary>
    private const string PagePolicy =
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>The page of the API's description brings styles of its own.</summary>
    private const string DocsPolicy = PagePolicy + "; style-src 'self' 'unsafe-inline'";
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    public Task InvokeAsync(HttpContext context)
    {
        var forwarding = context.Request.Headers.Keys.Where(IsOfProxy).ToList();
        if (forwarding.Count > 0)
        {
            context.Features.Set(ProxiedRequest.Instance);
        }

        foreach (var name in forwarding)
        {
            context.Request.Headers.Remove(name);
        }

        var path = ApiPath.Parts(context.Request.Path);
        if (ApiPath.IsApi(path))
        {
            AllowSlowBodies(context, path);
        }

        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers.ContentSecurityPolicy =
                ApiPath.IsApi(path) ? DataPolicy
                : path is ["docs", ..] ? DocsPolicy
                : PagePolicy;
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static bool IsOfProxy(string name) =>
        string.Equals(name, "Forwarded", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase);

    /// <summary>An upload may wait for a disk, and a reader of a live stream for the next line.</summary>
    private static void AllowSlowBodies(HttpContext context, string[] path)
    {
        if (
            path
            is [_, "artifacts", ..]
                or [_, "jobs", _, "logs" or "artifacts", ..]
                or [_, "runs", _, "files", ..]
                or [_, "runs", "import"]
                or [_, _, "mlflow-artifacts", ..]
        )
        {
            if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } request)
            {
                request.MinDataRate = null;
            }
        }
    }
}

/// <summary>Marks a request that says that a proxy sent it on.</summary>
internal sealed class ProxiedRequest
{
    public static readonly ProxiedRequest Instance = new();
}

/// <summary>What a request said of proxies before that was taken off.</summary>
internal static class ProxiedRequests
{
    public static bool CameThroughProxy(this HttpContext context) => context.Features.Get<ProxiedRequest>() is not null;
}
