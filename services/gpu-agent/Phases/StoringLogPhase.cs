using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Phases;

/// <summary>
/// <see cref="AttemptPhase.Exited"/>: kills what the training left running and stores the rest of its log and the last
/// checkpoints.
/// </summary>
internal sealed class StoringLogPhase : IPhase
{
    public async Task<Outcome> RunAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        var log = attempt.Services.Log;
        await attempt.StopProcessesAsync(cancellationToken);
        if (!await attempt.Shipper.FinishAsync(cancellationToken))
        {
            log.LogError("The platform refused the rest of the log of {Attempt}", attempt.Key);
        }

        if (attempt.Entry is { End: { Succeeded: false } end, Started: not null })
        {
            var endedBySignal = end.ExitCode is null;
            await attempt.Checkpoints.FinishAsync(endedBySignal, attempt.Folder.ExitedAtUtc, cancellationToken);
        }

        return entry => entry.LogStored();
    }
}
