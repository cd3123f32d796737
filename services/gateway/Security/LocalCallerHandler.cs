using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>Lets requests without a credential in where the platform listens on loopback only.</summary>
internal sealed class LocalCallerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    Bindings bindings
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Task.FromResult(
            bindings.RequireTokens
                ? AuthenticateResult.Fail(
                    new TokenRequiredException("This platform is open to the network and asks for a token.")
                )
                : AuthenticateResult.Success(
                    new AuthenticationTicket(Caller.Local.ToPrincipal(Scheme.Name), Scheme.Name)
                )
        );
}
