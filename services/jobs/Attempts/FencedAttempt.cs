using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Attempts;

/// <summary>The answer to whoever works on an attempt that is no longer, or not yet, the one that is placed.</summary>
internal static class FencedAttempt
{
    public static ProblemHttpResult Problem(int attempt) =>
        ProblemResults.Problem(
            StatusCodes.Status409Conflict,
            "job.attempt-fenced",
            $"Attempt {attempt} is not placed: another one is, or the job is over. Stop working on it."
        );
}
