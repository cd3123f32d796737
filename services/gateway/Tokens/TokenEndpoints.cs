using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

internal sealed record CreateTokenRequest(string? Name, string? Scope);

internal sealed record TokenList(IReadOnlyList<TokenSummary> Items);

/// <summary>Tokens over the API; for administrators only.</summary>
internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapGroup("/api/tokens").WithTags("tokens").RequireAuthorization(Policies.Administer);
        tokens
            .MapPost("", CreateAsync)
            .WithName("CreateToken")
            .WithSummary("Create an API token; it is shown only in this response");
        tokens.MapGet("", ListAsync).WithName("ListTokens").WithSummary("List API tokens that are not revoked");
        tokens.MapDelete("/{id:guid}", RevokeAsync).WithName("RevokeToken").WithSummary("Revoke a token");
    }

    private static async Task<Results<Created<NewToken>, ProblemHttpResult>> CreateAsync(
        CreateTokenRequest request,
        GatewayTokens tokens,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (GatewayTokens.Check(request.Name, request.Scope) is { } wrong)
        {
            return ProblemResults.Invalid(wrong.Field, wrong.Message);
        }

        var token = await tokens.CreateAsync(
            request.Name!,
            request.Scope!,
            context.Caller().Subject,
            context.EventMetadata(),
            cancellationToken
        );
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/tokens/{token.Id}", token);
    }

    private static async Task<Ok<TokenList>> ListAsync(GatewayTokens tokens, CancellationToken cancellationToken) =>
        TypedResults.Ok(new TokenList(await tokens.ListAsync(cancellationToken)));

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid id,
        GatewayTokens tokens,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        await tokens.RevokeAsync(id, context.Caller().Subject, context.EventMetadata(), cancellationToken)
            ? TypedResults.NoContent()
            : ProblemResults.NotFound("token", id);
}
