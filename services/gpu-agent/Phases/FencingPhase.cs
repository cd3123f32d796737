using Platform.GpuAgent.Processes;

namespace Platform.GpuAgent.Phases;

/// <summary>
/// Takes the place of whichever phase an attempt is in once it no longer holds its lease: its processes are killed and
/// nothing is stored or reported.
/// </summary>
internal sealed class FencingPhase : IPhase
{
    public async Task<Outcome> RunAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        attempt.Services.Log.LogWarning("{Attempt} no longer holds the lease and is removed", attempt.Key);
        if (!ShimClaim.TryTake(attempt.Folder))
        {
            await attempt.Process.WaitForStartAsync(cancellationToken);
        }

        await attempt.StopProcessesAsync(cancellationToken);

        return entry => entry.Closed(attempt.Now);
    }
}
