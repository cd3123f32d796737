using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Platform.Gateway.Security;

/// <summary>
/// What every answer tells browsers, and what no client may say of proxies before it. What the API sends is never run as a page: an
/// artifact may be anybody's HTML.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string PagePolicy =
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>The page of the API's description brings styles of its own.</summary>
    private const string DocsPolicy = PagePolicy + "; style-src 'self' 'unsafe-inline'";
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    private static readonly string[] _untrusted =
    [
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Prefix",
    ];

    public Task InvokeAsync(HttpContext context)
    {
        foreach (var name in _untrusted)
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

    /// <summary>An upload may wait for a disk, and a reader of a live stream for the next line.</summary>
    private static void AllowSlowBodies(HttpContext context, string[] path)
    {
        if (path is [_, "artifacts", ..] or [_, "jobs", _, "logs" or "artifacts", ..])
        {
            if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } request)
            {
                request.MinDataRate = null;
            }
        }
    }
}
