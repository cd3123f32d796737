using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Heartbeats;

/// <summary>Ends runs whose training sent heartbeats and is silent: its process was killed, or its machine is gone.</summary>
internal sealed class LostRuns(
    RunHeartbeats heartbeats,
    RunHandler runs,
    RetentionSteps steps,
    IOptions<TrackingOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<RetentionService> logger
) : RetentionService(lifetime, clock, logger)
{
    private static readonly EventMetadata _ownAccount = new(
        CausationId: nameof(LostRuns),
        Headers: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StoredEvent.ActorHeader] = Caller.Service("tracking").Subject,
        }
    );

    /// <summary>Often enough that a run is not given up much later than it is due.</summary>
    protected override TimeSpan Interval => options.Value.LostAfter / 10;

    protected override async Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var silentSince = now - options.Value.LostAfter;
        await steps.ForEachAsync(
            "end runs that nothing is heard of",
            limit => heartbeats.FindLostAsync(silentSince, limit, cancellationToken),
            id => $"end run {id}",
            async id =>
            {
                var outcome = await runs.HandleAsync(
                    id,
                    new LoseRun(),
                    _ownAccount with
                    {
                        CorrelationId = id,
                    },
                    ifVersion: null,
                    cancellationToken
                );
                return outcome.Events.Count > 0;
            },
            cancellationToken
        );
        await steps.TryAsync(
            "forget heartbeats of runs that have ended",
            () => heartbeats.ForgetEndedAsync(silentSince, cancellationToken),
            cancellationToken
        );
    }
}
