using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.JobAttempts;

/// <summary>What machines are answered that ask for what is not theirs, or not theirs yet.</summary>
public static class AttemptProblems
{
    private const int RetrySeconds = 1;

    private static readonly Template _notHeardYet = new(
        "attempt.not-heard-yet",
        "This service has not heard yet where the attempt runs. Try again.",
        problem: "attempt.not-heard-yet"
    );

    /// <summary>Why a machine may not do what it asks for; null when it may.</summary>
    /// <param name="fenced">What a process or node of an attempt that is over is told.</param>
    public static ProblemHttpResult? Of(HttpContext context, AttemptAccess access, Sentence fenced) =>
        access switch
        {
            AttemptAccess.Allowed => null,
            AttemptAccess.Fenced => ProblemResults.Problem(StatusCodes.Status409Conflict, fenced),
            AttemptAccess.Unknown => NotHeardYet(context),
            _ => CallerProblems.NotAllowed(context),
        };

    /// <summary>503: the message that would tell has not arrived; whoever may do it tries again.</summary>
    public static ProblemHttpResult NotHeardYet(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.Headers.RetryAfter = RetrySeconds.ToString(CultureInfo.InvariantCulture);
        return ProblemResults.Problem(StatusCodes.Status503ServiceUnavailable, _notHeardYet);
    }
}
