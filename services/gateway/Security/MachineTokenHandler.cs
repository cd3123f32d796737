using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Security;

/// <summary>Whose tokens a scheme takes.</summary>
internal sealed class MachineTokenOptions : AuthenticationSchemeOptions
{
    /// <summary><see cref="CallerKind.Node"/> or <see cref="CallerKind.Job"/>.</summary>
    public CallerKind Kind { get; set; }
}

/// <summary>Knows agents (<c>pn_…</c>) and training processes (<c>pj_…</c>) by their signed tokens.</summary>
internal sealed class MachineTokenHandler(
    IOptionsMonitor<MachineTokenOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    ScopedTokens tokens
) : AuthenticationHandler<MachineTokenOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Task.FromResult(
            tokens.Verify(Request.BearerToken()) is { } scope && scope.Kind == Options.Kind
                ? AuthenticateResult.Success(
                    new AuthenticationTicket(CallerOf(scope).ToPrincipal(Scheme.Name), Scheme.Name)
                )
                : AuthenticateResult.Fail("The token is not ours, was changed, or has ended.")
        );

    private static Caller CallerOf(TokenScope scope) =>
        scope.Kind is CallerKind.Node ? Caller.Node(scope.Id) : Caller.Job(scope.Id, scope.Attempt, scope.Rank);
}
