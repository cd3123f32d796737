using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>
/// Knows whoever runs the platform on this machine without a credential, where it listens on loopback only. Other users of the
/// machine are nobody: who may submit jobs may run programs as the platform's user. What came through a proxy may be from anywhere.
/// </summary>
internal sealed class LocalCallerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    Bindings bindings,
    LocalPeers peers
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Task.FromResult(
            bindings.RequireTokens ? Required("This platform asks for a token.")
            : Context.CameThroughProxy() ? Required("This request came through a proxy, so it needs a token.")
            : !peers.IsOwner(Context)
                ? Required("Without a token this platform answers only to the user who runs it, on its own machine.")
            : AuthenticateResult.Success(new AuthenticationTicket(Caller.Local.ToPrincipal(Scheme.Name), Scheme.Name))
        );

    private static AuthenticateResult Required(string why) => AuthenticateResult.Fail(new TokenRequiredException(why));
}
