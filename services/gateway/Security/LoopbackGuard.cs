using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>
/// On loopback nobody is asked for a token, so a web page elsewhere must not get through: neither by a name of its own that
/// points here (<c>Host</c>), nor by a request from a visitor's browser (<c>Origin</c>).
/// </summary>
internal sealed class LoopbackGuard(RequestDelegate next, Bindings bindings)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!bindings.LoopbackOnly)
        {
            return next(context);
        }

        var request = context.Request;
        if (!Bindings.IsLoopbackHost(request.Host.Host))
        {
            return Refuse(
                context,
                "gateway.foreign-host",
                $"This platform listens on this machine only and does not answer to '{request.Host.Host}'. Use http://localhost."
            );
        }

        var origin = request.Headers.Origin.ToString();
        var isRead =
            HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method);
        return isRead || origin.Length == 0 || IsOwn(request, origin)
            ? next(context)
            : Refuse(context, "gateway.foreign-origin", $"Pages of '{origin}' may not change anything here.");
    }

    private static bool IsOwn(HttpRequest request, string origin) =>
        string.Equals(
            origin,
            $"{request.Scheme}://{request.Host.ToUriComponent()}",
            StringComparison.OrdinalIgnoreCase
        );

    private static Task Refuse(HttpContext context, string code, string detail) =>
        ProblemResults.Problem(StatusCodes.Status403Forbidden, code, detail).ExecuteAsync(context);
}
