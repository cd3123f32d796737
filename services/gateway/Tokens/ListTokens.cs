using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Gateway.Users;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

internal sealed record TokenList(IReadOnlyList<TokenSummary> Items);

internal static class ListTokensEndpoint
{
    public static void MapListTokens(this IEndpointRouteBuilder tokens) =>
        tokens
            .MapGet("", HandleAsync)
            .WithName("ListTokens")
            .WithSummary("List API tokens that are not revoked, expired ones included")
            .WithDescription("Administrators see everybody's, others their own.");

    private static async Task<Ok<TokenList>> HandleAsync(
        GatewayTokens tokens,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var caller = context.Caller();
        var whose = caller.Role is UserRole.Administrator ? null : UserNames.IdOf(caller);
        return TypedResults.Ok(new TokenList(await tokens.ListAsync(whose, cancellationToken)));
    }
}
