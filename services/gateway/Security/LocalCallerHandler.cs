using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Platform.Contracts.Sentences;
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
            bindings.RequireTokens ? Required(CallerSentences.TokenRequired)
            : Context.CameThroughProxy() ? Required(CallerSentences.TokenRequiredThroughProxy)
            : !peers.IsOwner(Context) ? Required(CallerSentences.TokenRequiredFromOthers)
            : AuthenticateResult.Success(new AuthenticationTicket(Caller.Local.ToPrincipal(Scheme.Name), Scheme.Name))
        );

    private static AuthenticateResult Required(Sentence why) =>
        AuthenticateResult.Fail(new TokenRequiredException(why));
}
