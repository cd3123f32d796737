using Microsoft.Extensions.Options;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>
/// Keeps web pages elsewhere from driving the platform through a visitor's browser. None may change anything (<c>Origin</c>);
/// on loopback, where the owner is asked for no token, none may come by a name of its own that points here (<c>Host</c>). No
/// origin gets leave to read answers: there are no <c>Access-Control</c> headers.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, Bindings bindings, IOptions<GatewayOptions> options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (bindings.LoopbackOnly && !Bindings.IsLoopbackHost(request.Host.Host))
        {
            return Refuse(context, GatewaySentences.ForeignHost.With(request.Host.Host));
        }

        var origin = request.Headers.Origin.ToString();
        var isRead =
            HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method);
        return isRead || origin.Length == 0 || IsOwn(request, origin)
            ? next(context)
            : Refuse(context, GatewaySentences.ForeignOrigin.With(origin));
    }

    /// <summary>True for the address that was asked, whoever ends TLS before us, and for those that are configured.</summary>
    private bool IsOwn(HttpRequest request, string origin) =>
        options.Value.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase)
        || (
            Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && page.Scheme is "http" or "https"
            && string.Equals(page.Authority, request.Host.ToUriComponent(), StringComparison.OrdinalIgnoreCase)
        );

    private static Task Refuse(HttpContext context, Sentence why) =>
        ProblemResults.Problem(StatusCodes.Status403Forbidden, why).ExecuteAsync(context);
}
