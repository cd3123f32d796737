using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Browsing;

/// <summary>One run with its values and the latest and best points of its metrics.</summary>
internal static class GetRunEndpoint
{
    public static void MapGetRun(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/{id}", HandleAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("GetRun")
            .WithSummary("A run: parameters, tags, summary, latest and best metrics");

    private static async Task<Results<Ok<RunView>, ProblemHttpResult>> HandleAsync(
        string id,
        RunReader reader,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (
            !RunRules.TryNormalizeId(id, out var runId)
            || await reader.FindAsync(runId, cancellationToken) is not { } run
        )
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        context.Response.SetETag(run.Version);
        return TypedResults.Ok(run);
    }
}
