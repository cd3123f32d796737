using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Changing;

/// <summary>Moves runs into the recycle bin, from which they can be restored.</summary>
internal static class DeleteRunEndpoint
{
    public static void MapDeleteRun(this IEndpointRouteBuilder runs)
    {
        runs.MapDelete("/{id}", HandleAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DeleteRun")
            .WithSummary("Move a run that has ended into the recycle bin; a repeat changes nothing (If-Match)");
        runs.MapPost("/delete", HandleManyAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DeleteRuns")
            .WithSummary("Move up to 200 runs into the recycle bin; each gets its own answer");
    }

    private static async Task<Results<Ok<RunView>, ProblemHttpResult>> HandleAsync(
        string id,
        string? reason,
        RunChanges changes,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        Deletion.Check(context.Request, reason) is { } problem
            ? problem
            : await changes.HandleAsync(id, new DeleteRun(reason), context, cancellationToken);

    private static Task<Results<Ok<BatchResult>, ProblemHttpResult>> HandleManyAsync(
        DeleteManyRequest request,
        RunHandler handler,
        HttpContext context,
        CancellationToken cancellationToken
    ) => Batches.DeleteAsync(request, id => DeleteAsync(id, request.Reason, handler, context, cancellationToken));

    private static async Task<BatchItem> DeleteAsync(
        string id,
        string? reason,
        RunHandler handler,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!RunRules.TryNormalizeId(id, out var runId))
        {
            return BatchItem.Refused(id, Run.NoRun);
        }

        var outcome = await handler.HandleAsync(
            runId,
            new DeleteRun(reason),
            context.EventMetadata(runId),
            ifVersion: null,
            cancellationToken
        );
        return outcome.Refusal is { } refusal ? BatchItem.Refused(id, refusal) : new BatchItem(id, Done: true);
    }
}
