using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Changing;

/// <summary>Takes a run out of the recycle bin, with the status it had.</summary>
internal static class RestoreRunEndpoint
{
    public static void MapRestoreRun(this IEndpointRouteBuilder runs) =>
        runs.MapPost("/{id}/restore", HandleAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("RestoreRun")
            .WithSummary("Take a run out of the recycle bin; a repeat changes nothing (If-Match)");

    private static Task<Results<Ok<RunView>, ProblemHttpResult>> HandleAsync(
        string id,
        RunChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    ) => changes.HandleAsync(id, new RestoreRun(), context, cancellationToken);
}
