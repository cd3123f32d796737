using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Tokens;

internal static class CreateTokenEndpoint
{
    public static void MapCreateToken(this IEndpointRouteBuilder tokens) =>
        tokens
            .MapPost("", HandleAsync)
            .WithName("CreateToken")
            .WithSummary("Create an API token; it is shown only in this response")
            .WithDescription("Users make tokens for themselves, administrators for everybody.");

    private static async Task<Results<Created<NewToken>, ProblemHttpResult>> HandleAsync(
        CreateTokenRequest request,
        TokenIssuer issuer,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var (token, refusal) = await issuer.CreateAsync(
            request,
            context.Caller(),
            context.EventMetadata(),
            cancellationToken
        );
        if (token is null)
        {
            return refusal!.ToProblem();
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/tokens/{token.Id}", token);
    }
}
