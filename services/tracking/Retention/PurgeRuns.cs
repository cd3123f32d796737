using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Retention;

/// <summary>What a run's permanent deletion deletes, or would delete.</summary>
/// <param name="Metrics">How many series it has.</param>
/// <param name="Points">How many points they have.</param>
internal sealed record RunContent(int Metrics, long Points);

/// <summary>What became of one run.</summary>
/// <param name="Id">As it was named.</param>
/// <param name="Done">True when it is gone; in a dry run, when it would be.</param>
/// <param name="Content">What was deleted with it; null when nothing was.</param>
/// <param name="Problem">Why it stays.</param>
internal sealed record PurgedRun(string Id, bool Done, RunContent? Content, BatchProblem? Problem);

/// <summary>What became of each run.</summary>
internal sealed record PurgedRuns(bool DryRun, IReadOnlyList<PurgedRun> Items);

/// <summary>Deletes runs that are in the recycle bin for good; their events stay.</summary>
internal static class PurgeRunsEndpoint
{
    public static void MapPurgeRuns(this IEndpointRouteBuilder runs) =>
        runs.MapPost("/purge", HandleAsync)
            .RequireAuthorization(Policies.Administer)
            .WithName("PurgeRuns")
            .WithSummary(
                "Delete up to 200 runs of the recycle bin permanently, or say what that would delete (dryRun)"
            );

    private static async Task<Results<Ok<PurgedRuns>, ProblemHttpResult>> HandleAsync(
        PurgeManyRequest request,
        RunPurge purge,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (Batches.Check(request.Ids) is { } refusal)
        {
            return refusal;
        }

        var items = new List<PurgedRun>(request.Ids.Count);
        foreach (var id in request.Ids)
        {
            items.Add(await purge.PurgeAsync(id, request.DryRun, context.EventMetadata(id), cancellationToken));
        }

        return TypedResults.Ok(new PurgedRuns(request.DryRun, items));
    }
}
