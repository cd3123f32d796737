using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Platform.Gateway.Tokens;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>Knows users by their tokens (<c>pt_…</c>).</summary>
internal sealed class UserTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    GatewayTokens tokens
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync() =>
        await tokens.FindAsync(Request.BearerToken(), Context.RequestAborted) is { } token
        && RoleOf(token.Scope) is { } role
            ? AuthenticateResult.Success(
                new AuthenticationTicket(Caller.User(token.Name, role).ToPrincipal(Scheme.Name), Scheme.Name)
            )
            : AuthenticateResult.Fail("There is no such token.");

    private static UserRole? RoleOf(string scope) =>
        scope switch
        {
            "admin" => UserRole.Administrator,
            "editor" => UserRole.Editor,
            "read" => UserRole.Viewer,
            _ => null,
        };
}
