using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Platform.ServiceDefaults;

/// <summary>No credential was sent where one is needed.</summary>
/// <param name="detail">Why one is needed here, to begin a sentence's paragraph; how to get one is said after it.</param>
public sealed class TokenRequiredException(string detail) : Exception(detail);

/// <summary>Says why a request was refused: in a problem document, as everything else is.</summary>
internal sealed class AuthorizationProblems : IAuthorizationMiddlewareResultHandler
{
    private const string HowToGetOne =
        "Send Authorization: Bearer <token>. Make a token on the platform's machine with: platform tokens create <name>";

    public Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult
    ) =>
        authorizeResult.Succeeded ? next(context)
        : authorizeResult.Challenged ? ChallengeAsync(context)
        : CallerProblems.NotAllowed(context).ExecuteAsync(context);

    private static async Task ChallengeAsync(HttpContext context)
    {
        // Asked before; the handler remembers what it answered.
        var answer = await context.AuthenticateAsync();
        await Challenge(context, answer.Failure).ExecuteAsync(context);
    }

    private static ProblemHttpResult Challenge(HttpContext context, Exception? failure)
    {
        if (failure is null or TokenRequiredException)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"platform\"";
            return ProblemResults.Problem(
                StatusCodes.Status401Unauthorized,
                "gateway.token-required",
                $"{failure?.Message ?? "This platform asks for a token."} {HowToGetOne}"
            );
        }

        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"platform\", error=\"invalid_token\"";
        return ProblemResults.Problem(
            StatusCodes.Status401Unauthorized,
            "gateway.token-invalid",
            "This token is not valid, has ended or was revoked."
        );
    }
}
