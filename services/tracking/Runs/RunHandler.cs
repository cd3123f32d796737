using Platform.EventStore;

namespace Platform.Tracking.Runs;

/// <summary>Handles commands to runs and wakes their followers.</summary>
internal sealed class RunHandler(TrackingStore store, RunSignals signals, TrackingCounters counters, TimeProvider clock)
{
    public async Task<Outcome<Run, RunEvent>> HandleAsync(
        string runId,
        RunCommand command,
        EventMetadata metadata,
        long? ifVersion,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var outcome = await store.HandleAsync(
            Run.Decider,
            runId,
            run => Run.Decide(run, command, now),
            metadata,
            ifVersion,
            cancellationToken: cancellationToken
        );
        if (outcome.Events.Count > 0)
        {
            signals.Raise(runId);
            if (outcome.Events.Any(e => e is RunCreated))
            {
                counters.RunCreated();
            }
        }

        return outcome;
    }
}
