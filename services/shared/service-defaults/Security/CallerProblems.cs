using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Platform.ServiceDefaults;

/// <summary>Refusals of callers whose credential is valid.</summary>
public static class CallerProblems
{
    /// <summary>403 for a caller who may not do this.</summary>
    public static ProblemHttpResult NotAllowed(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ProblemResults.Problem(
            StatusCodes.Status403Forbidden,
            CallerSentences.NotAllowed.With(
                context.Caller().Subject,
                context.Request.Method,
                context.Request.Path.Value ?? ""
            )
        );
    }
}
