using Platform.GpuAgent.Attempts;
using Platform.GpuAgent.Membership;
using Platform.GpuAgent.Server;
using Platform.Sdk;

namespace Platform.GpuAgent.Tracking;

/// <summary>
/// Sends what trainings logged and could not send before they ended, because tracking was away. It is nobody's business but
/// this loop's: neither the attempt's end nor its lease waits for it, and a new agent finds the same files.
/// </summary>
internal sealed class ReplaySpools(
    AttemptRegistry attempts,
    AttemptServices services,
    StateFolder state,
    ILogger<ReplaySpools> log
)
{
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    /// <summary>Looks and sends until it is cancelled; while the platform is away it tries ever more rarely.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pauses = new Backoff(TimeSpan.FromSeconds(1), _longestPause);
        var waiting = 0;
        while (true)
        {
            var left = 0;
            foreach (var attempt in attempts.Ended().Where(HasUnsentData))
            {
                left += await SendAsync(attempt, cancellationToken) ? 0 : 1;
            }

            if (left > waiting)
            {
                log.LogWarning("What {Count} trainings logged waits for the platform to take it", left);
            }

            if (left == 0 || left < waiting)
            {
                pauses.Reset();
            }

            waiting = left;
            await pauses.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Whether something is left that the platform may want; a fenced attempt has no say any more.</summary>
    public static bool HasUnsentData(Attempt attempt) =>
        attempt.Entry is { IsFenced: false, Work: { } work }
        && LeftSpools.RunsIn(attempt.Folder.Unsent).Contains($"{work.RunId}", StringComparer.Ordinal);

    private Task<bool> SendAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        var work = attempt.Entry.Work!;
        var run = new TrackedRunOptions
        {
            Server = services.Options.ServerAddress,
            Token = state.Identity.NodeToken,
            RunId = $"{work.RunId}",
            JobId = work.JobId,
            Attempt = work.Attempt,
            Project = work.Project,
            Name = work.Name,
            SpoolFolder = attempt.Folder.Unsent,
        };
        return Task.Factory.StartNew(
            () => TrySend(attempt, run, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    private bool TrySend(Attempt attempt, TrackedRunOptions run, CancellationToken cancellationToken)
    {
        try
        {
            if (!LeftSpools.Send(run, _patience, cancellationToken) || HasUnsentData(attempt))
            {
                return false;
            }

            log.LogInformation("What {Attempt} had left to log is stored", attempt.Key);
            return true;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException && !cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("What {Attempt} logged is sent later: {Reason}", attempt.Key, exception.Message);
            return false;
        }
    }
}
