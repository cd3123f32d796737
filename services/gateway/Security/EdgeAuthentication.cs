using System.Text;
using Microsoft.AspNetCore.Authentication;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>The credentials that come from outside, each with its handler; which one a request has is told by how it looks.</summary>
internal static class EdgeAuthentication
{
    private const string Edge = "edge";
    private const string Users = "user";
    private const string Nodes = "node";
    private const string Jobs = "job";
    private const string Services = "service";
    private const string Local = "local";
    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <summary>Replaces the services' own authentication: here a request is asked by whom it is, and not again behind it.</summary>
    public static void AddEdgeAuthentication(this IServiceCollection services)
    {
        services.AddServiceSecurity();
        services
            .AddAuthentication(Edge)
            .AddPolicyScheme(Edge, displayName: null, policy => policy.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, UserTokenHandler>(Users, displayName: null, configureOptions: null)
            .AddScheme<MachineTokenOptions, MachineTokenHandler>(
                Nodes,
                displayName: null,
                machine => machine.Kind = CallerKind.Node
            )
            .AddScheme<MachineTokenOptions, MachineTokenHandler>(
                Jobs,
                displayName: null,
                machine => machine.Kind = CallerKind.Job
            )
            .AddInternalTokens(Services, caller => caller.Kind is CallerKind.Service)
            .AddScheme<AuthenticationSchemeOptions, LocalCallerHandler>(
                Local,
                displayName: null,
                configureOptions: null
            );
    }

    /// <summary>
    /// The credential of a request with <c>Authorization: Bearer</c>, or the password of one with <c>Basic</c>, which clients of MLflow
    /// send (<c>MLFLOW_TRACKING_PASSWORD</c>); empty for every other form.
    /// </summary>
    public static string BearerToken(this HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim()
            : header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) ? PasswordOf(header[Basic.Length..].Trim())
            : "";
    }

    /// <summary>The part behind the first colon (RFC 7617); empty for what is not written so.</summary>
    private static string PasswordOf(string credentials)
    {
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out var length))
        {
            return "";
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private static string SchemeOf(HttpContext context) =>
        context.Request.Headers.Authorization.Count == 0
            ? Local
            : context.Request.BearerToken() switch
            {
                ['p', 'n', '_', ..] => Nodes,
                ['p', 'j', '_', ..] => Jobs,
                var token when token.Count('.') == 2 => Services,
                _ => Users,
            };
}
