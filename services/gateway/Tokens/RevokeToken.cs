using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Gateway.Users;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

internal static class RevokeTokenEndpoint
{
    public static void MapRevokeToken(this IEndpointRouteBuilder tokens) =>
        tokens
            .MapDelete("/{id:guid}", HandleAsync)
            .WithName("RevokeToken")
            .WithSummary("Revoke a token")
            .WithDescription("Users revoke their own tokens, administrators everybody's.");

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id,
        GatewayTokens tokens,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var caller = context.Caller();
        // To others it is not there at all.
        return
            (
                caller.Role is UserRole.Administrator
                || await tokens.IsOfAsync(id, UserNames.IdOf(caller), cancellationToken)
            ) && await tokens.RevokeAsync(id, caller.Subject, context.EventMetadata(), cancellationToken)
            ? TypedResults.NoContent()
            : ProblemResults.NotFound(GatewaySentences.NoToken.With(id));
    }
}
