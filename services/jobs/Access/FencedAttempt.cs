using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Access;

/// <summary>The answer to a caller that works on an attempt that is not placed, or not any more.</summary>
internal static class FencedAttempt
{
    public static ProblemHttpResult Problem(int attempt) =>
        ProblemResults.Problem(StatusCodes.Status409Conflict, JobSentences.AttemptFenced.With(attempt));
}
