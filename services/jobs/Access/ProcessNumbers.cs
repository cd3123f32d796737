using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Access;

/// <summary>Attempts are counted from 1 and ranks from 0: what another number names is not there, whoever asks.</summary>
internal static class ProcessNumbers
{
    public static ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var attempt = http.GetRouteValue("attempt") as string ?? http.Request.Query["attempt"].ToString();
        var rank = http.Request.Query["rank"].ToString();
        return IsBelow(attempt, 1) ? new(ProblemResults.NotFound(JobSentences.NoAttempt.With(attempt)))
            : IsBelow(rank, 0) ? new(ProblemResults.NotFound(JobSentences.NoRank.With(rank)))
            : next(context);
    }

    private static bool IsBelow(string text, int least) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number < least;
}
