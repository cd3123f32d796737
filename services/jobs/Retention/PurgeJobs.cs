using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Retention;

/// <summary>What a job's permanent deletion deletes, or would delete.</summary>
/// <param name="LogBytes">The bytes of its logs.</param>
/// <param name="Files">How many files it was submitted with.</param>
internal sealed record JobContent(long LogBytes, int Files);

/// <summary>What became of one job.</summary>
/// <param name="Id">As it was named.</param>
/// <param name="Done">True when it is gone; in a dry run, when it would be.</param>
/// <param name="Content">What was deleted with it; null when nothing was.</param>
/// <param name="Problem">Why it stays.</param>
internal sealed record PurgedJob(string Id, bool Done, JobContent? Content, BatchProblem? Problem);

/// <summary>What became of each job.</summary>
internal sealed record PurgedJobs(bool DryRun, IReadOnlyList<PurgedJob> Items);

/// <summary><c>POST /api/jobs/purge</c>: deletes jobs that are in the recycle bin for good; their events stay.</summary>
internal static class PurgeJobsEndpoint
{
    public static void MapPurgeJobs(this IEndpointRouteBuilder jobs) =>
        jobs.MapPost("/purge", HandleAsync)
            .RequireAuthorization(Policies.Administer)
            .WithName("PurgeJobs")
            .WithSummary(
                "Delete up to 200 jobs of the recycle bin permanently, or say what that would delete (dryRun)"
            );

    private static async Task<Results<Ok<PurgedJobs>, ProblemHttpResult>> HandleAsync(
        PurgeManyRequest request,
        JobPurge purge,
        HttpContext http,
        CancellationToken cancellationToken
    )
    {
        if (Batches.Check(request.Ids) is { } refusal)
        {
            return refusal;
        }

        var items = new List<PurgedJob>(request.Ids.Count);
        foreach (var id in request.Ids)
        {
            items.Add(await purge.PurgeAsync(id, request.DryRun, http.EventMetadata(id), cancellationToken));
        }

        return TypedResults.Ok(new PurgedJobs(request.DryRun, items));
    }
}
