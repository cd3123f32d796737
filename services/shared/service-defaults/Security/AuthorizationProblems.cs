using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>No credential was sent where one is needed.</summary>
/// <param name="why">Why one is needed here, and how to get one.</param>
public sealed class TokenRequiredException(Sentence why) : Exception(why?.Text)
{
    /// <summary>Why one is needed here.</summary>
    public Sentence? Why { get; } = why;
}

/// <summary>Says why a request was refused: in a problem document, as everything else is.</summary>
internal sealed class AuthorizationProblems : IAuthorizationMiddlewareResultHandler
{
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
                (failure as TokenRequiredException)?.Why ?? CallerSentences.TokenRequired
            );
        }

        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"platform\", error=\"invalid_token\"";
        return ProblemResults.Problem(StatusCodes.Status401Unauthorized, CallerSentences.TokenInvalid);
    }
}
