using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Platform.Gateway.Security;
using Platform.ServiceDefaults;

namespace Platform.Gateway.WebApp;

/// <summary>
/// Serves the web app: its files, and its page at every address that is nobody else's, since the app has addresses of its
/// own. Files under <c>assets/</c> carry a hash of their bytes in their names and never change; the page is requested again
/// each time.
/// </summary>
internal static class WebAppFiles
{
    private const string Page = "index.html";
    private const string Immutable = "public, max-age=31536000, immutable";

    private const string NotBuilt = """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><base href="/"><title>Training platform</title></head>
        <body>
        <h1>Training platform</h1>
        <p>The platform runs, but its web app is not built. With Node 20: <code>cd frontend &amp;&amp; npm ci &amp;&amp; npm run build</code>,
        then build and start the platform again.</p>
        <ul>
        <li><a href="docs/">The API</a> (<a href="openapi/v1.json">OpenAPI</a>)</li>
        <li><a href="health/ready">Is everything up?</a></li>
        </ul>
        </body>
        </html>
        """;

    public static void UseWebApp(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var root = options.WebRoot is { Length: > 0 } configured
            ? Path.GetFullPath(configured)
            : Path.Combine(AppContext.BaseDirectory, "web");
        if (!File.Exists(Path.Combine(root, Page)))
        {
            var notBuilt = WebAppPage.Below(options.Prefix, NotBuilt);
            app.MapGet("/", () => TypedResults.Text(notBuilt, "text/html")).ExcludeFromDescription().Public();
            return;
        }

        var files = new StaticFileOptions
        {
            FileProvider = new WebAppPage(
                new PhysicalFileProvider(root),
                Page,
                options.Prefix,
                app.Services.GetRequiredService<TimeProvider>().GetUtcNow()
            ),
            OnPrepareResponse = SetCaching,
        };
        app.UseWhen(
            context => !ApiPath.IsApi(ApiPath.Parts(context.Request.Path)),
            pages =>
            {
                pages.UseResponseCompression();
                pages.UseStaticFiles(files);
                pages.Use(
                    (context, next) =>
                    {
                        if (IsAddressOfApp(context))
                        {
                            context.Request.Path = $"/{Page}";
                        }

                        return next(context);
                    }
                );
                pages.UseStaticFiles(files);
            }
        );
    }

    /// <summary>What no endpoint answers and what does not name a file: a page of the app, perhaps its own "not found".</summary>
    private static bool IsAddressOfApp(HttpContext context) =>
        context.GetEndpoint() is null
        && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && ApiPath.Parts(context.Request.Path) is var parts
        && !parts.AsSpan().ContainsAny(".well-known", "assets", "health")
        && (parts is [] || !IsFile(context.Request));

    private static bool IsFile(HttpRequest request) =>
        Path.HasExtension(request.Path.Value)
        && !request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    private static void SetCaching(StaticFileResponseContext served)
    {
        var isHashed = ApiPath.Parts(served.Context.Request.Path) is ["assets", ..];
        served.Context.Response.Headers[HeaderNames.CacheControl] = isHashed ? Immutable : "no-cache";
    }
}
