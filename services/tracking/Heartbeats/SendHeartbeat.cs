using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Heartbeats;

/// <summary>
/// Says that the training of a run is alive. A run that was given up as lost runs again; one that has ended, or is in the recycle bin,
/// stays as it is: a training that ends may still send a last one, which is no mistake of its.
/// </summary>
internal static class SendHeartbeatEndpoint
{
    /// <summary>A body says nothing, but clients that send some are not refused.</summary>
    private const int MaxBodyBytes = 1024;

    public static void MapSendHeartbeat(this IEndpointRouteBuilder runs) =>
        runs.MapPost("/{id}/heartbeat", HandleAsync)
            .RequireAuthorization(Policies.TrackRun)
            .WithName("SendRunHeartbeat")
            .WithSummary(
                "Say that the training of a run is alive; without one for five minutes it counts as interrupted"
            )
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string id,
        RunHeartbeats heartbeats,
        RunHandler handler,
        TimeProvider clock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (context.Request.Query.Keys.FirstOrDefault() is { } parameter)
        {
            return ProblemResults.Invalid(parameter, RunSentences.NoParameters);
        }

        await context.Request.Body.CopyToAsync(Stream.Null, cancellationToken);
        if (
            !RunRules.TryNormalizeId(id, out var runId)
            || await heartbeats.RecordAsync(runId, clock.GetUtcNow(), cancellationToken) is not { } status
        )
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        if (RunNames.Status(status) is RunStatus.Interrupted)
        {
            await handler.HandleAsync(
                runId,
                new FindRun(),
                context.EventMetadata(runId),
                ifVersion: null,
                cancellationToken
            );
        }

        return TypedResults.NoContent();
    }
}
