using Platform.GpuAgent.Attempts;
using Platform.GpuAgent.Phases;
using Platform.GpuAgent.Server;
using Platform.GpuAgent.State;
using Platform.Sdk;

namespace Platform.GpuAgent.Tracking;

/// <summary>
/// Sends what trainings logged but could not send before they ended, because tracking was unavailable. It runs
/// independently: neither the attempt's end nor its lease waits for it, and a new agent finds the same files.
/// </summary>
internal sealed class ReplaySpools(
    AttemptRegistry attempts,
    AttemptServices services,
    StateFolder state,
    ILogger<ReplaySpools> log
)
{
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _sendLimit = TimeSpan.FromSeconds(2);

    /// <summary>Scans and sends until it is cancelled; while the platform is unavailable it backs off.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pauses = new Backoff(TimeSpan.FromSeconds(1), _longestPause);
        var waiting = 0;
        while (true)
        {
            var left = 0;
            foreach (var attempt in attempts.Ended().Where(attempt => attempt.RunsWithUnsentRecords.Count > 0))
            {
                left += await SendAsync(attempt, cancellationToken) ? 0 : 1;
            }

            if (left > waiting)
            {
                log.LogWarning("Unsent records of {Count} trainings wait for the platform", left);
            }

            if (left == 0 || left < waiting)
            {
                pauses.Reset();
            }

            waiting = left;
            await pauses.WaitAsync(cancellationToken);
        }
    }

    private Task<bool> SendAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        return Task.Factory.StartNew(
            () => TrySend(attempt, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    /// <summary>What is said of a run that the platform does not know; only the job's own has the job's name and attempts.</summary>
    private TrackedRunOptions OptionsOf(Attempt attempt, string runId)
    {
        var work = attempt.Entry.Work!;
        var isOfJob = string.Equals(runId, $"{work.RunId}", StringComparison.Ordinal);
        return new TrackedRunOptions
        {
            Server = services.Options.ServerAddress,
            Token = state.Identity.NodeToken,
            RunId = runId,
            JobId = work.JobId,
            Attempt = isOfJob ? work.Attempt : null,
            Project = work.Project,
            Name = isOfJob ? work.Name : null,
            SpoolFolder = attempt.Folder.Unsent,
        };
    }

    private bool TrySend(Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var run in attempt.RunsWithUnsentRecords)
            {
                UnsentSpools.Send(OptionsOf(attempt, run), _sendLimit, cancellationToken);
            }

            if (attempt.RunsWithUnsentRecords.Count > 0)
            {
                return false;
            }

            log.LogInformation("The remaining records of {Attempt} are stored", attempt.Key);
            return true;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException && !cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("Unsent records of {Attempt} are sent later: {Reason}", attempt.Key, exception.Message);
            return false;
        }
    }
}
