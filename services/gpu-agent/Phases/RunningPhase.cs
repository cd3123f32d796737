using Platform.Contracts.Jobs;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Phases;

/// <summary>
/// <see cref="AttemptPhase.Running"/>: follows log and checkpoints and watches the limits until the training has ended.
/// </summary>
internal sealed class RunningPhase : IPhase
{
    private static readonly TimeSpan _reportAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _shimLimit = TimeSpan.FromSeconds(5);

    public async Task<Outcome> RunAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        var outcome = await FollowAsync(attempt, cancellationToken);

        var endedAt = attempt.EndedAt;
        var end = AttemptEnding.Of(outcome, endedAt, attempt.Entry.Stop, OutOfMemory.Of(attempt));
        if (!end.Succeeded && attempt.Entry.Stop is null && DiskSpace.IsFull(attempt.Folder.Path))
        {
            end = (end with { Reason = EndReasons.DiskFull }).Saying(
                DiskLimit.DescribeFull(DiskLimit.UsedMiB(attempt.Folder))
            );
        }

        return entry => entry.Ended(end);
    }

    private static async Task<ProcessOutcome> FollowAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] followers =
        [
            Restart(attempt.Shipper.FollowAsync),
            Restart(attempt.Checkpoints.FollowAsync),
            Restart(ct => ReportStartedAsync(attempt, ct)),
            Restart(ct => DiskLimit.WatchAsync(attempt, ct)),
            Restart(ct => TimeLimit.WatchAsync(attempt, ct)),
        ];
        try
        {
            return await WaitForEndAsync(attempt, cancellationToken);
        }
        finally
        {
            await following.CancelAsync();
            await Task.WhenAll(followers);
        }

        Task Restart(Func<CancellationToken, Task> follow) => RestartOnFailureAsync(attempt, follow, following.Token);
    }

    private static async Task<ProcessOutcome> WaitForEndAsync(
        AttemptContext attempt,
        CancellationToken cancellationToken
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, attempt.StopRequested);
        try
        {
            return await attempt.Process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await attempt.Processes.StopAsync(attempt.Services.Options.Grace, cancellationToken);
        }

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(_shimLimit);
        try
        {
            return await attempt.Process.WaitForExitAsync(limited.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProcessOutcome.Vanished(MachineRestarted: false); // stuck in the kernel
        }
    }

    /// <summary>Restarts a follower that failed; the training is not affected.</summary>
    private static async Task RestartOnFailureAsync(
        AttemptContext attempt,
        Func<CancellationToken, Task> follow,
        CancellationToken cancellationToken
    )
    {
        var log = attempt.Services.Log;
        try
        {
            await Retry.WhileAsync(
                _ => true,
                follow,
                exception => log.LogError(exception, "Following {Attempt} failed and is restarted", attempt.Key),
                cancellationToken
            );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody follows any more.
        }
    }

    private static async Task ReportStartedAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        while (!attempt.Entry.StartedRecorded)
        {
            await attempt.Services.Reports.TryPublishAsync(attempt.Entry.Started!, cancellationToken);
            await Task.WhenAny(attempt.StartedRecorded, Task.Delay(_reportAgain, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
