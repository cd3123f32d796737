using Microsoft.Extensions.Options;

namespace Platform.Gateway.Security;

/// <summary>
/// Lets the platform be one path of a host among others (<see cref="GatewayOptions.PathBase"/>), whether the proxy before it takes the
/// prefix off or passes it on. It comes before routing, as only the rest of the path says what is asked for. Only the configuration
/// names the prefix: a header could be anybody's.
/// </summary>
internal sealed class PathBaseFilter(IOptions<GatewayOptions> options) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            if (options.Value.Prefix is { HasValue: true } prefix)
            {
                app.Use(
                    (context, rest) =>
                    {
                        if (context.Request.Path.StartsWithSegments(prefix, StringComparison.Ordinal, out var path))
                        {
                            context.Request.Path = path;
                        }

                        context.Request.PathBase = prefix;
                        context.Response.OnStarting(() => Complete(context.Response.Headers, prefix));
                        return rest(context);
                    }
                );
            }

            next(app);
        };

    /// <summary>Services name what they made by its path of theirs.</summary>
    private static Task Complete(IHeaderDictionary headers, PathString prefix)
    {
        if (headers.Location is [['/', not '/', ..] location])
        {
            headers.Location = prefix + location;
        }

        return Task.CompletedTask;
    }
}
