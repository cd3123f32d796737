using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Heartbeats;

/// <summary>Says that the training of a run is alive. A run that was given up as lost runs again.</summary>
internal static class SendHeartbeatEndpoint
{
    public static void MapSendHeartbeat(this IEndpointRouteBuilder runs) =>
        runs.MapPost("/{id}/heartbeat", HandleAsync)
            .RequireAuthorization(Policies.TrackRun)
            .WithName("SendRunHeartbeat")
            .WithSummary(
                "Say that the training of a run is alive; without one for five minutes it counts as interrupted"
            );

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string id,
        RunHeartbeats heartbeats,
        RunHandler handler,
        TimeProvider clock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
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
