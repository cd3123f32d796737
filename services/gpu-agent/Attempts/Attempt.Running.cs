using System.Diagnostics;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Files;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Outputs;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Server;

namespace Platform.GpuAgent.Attempts;

/// <summary>While the process runs: its log, its checkpoints, its limits.</summary>
internal sealed partial class Attempt
{
    private static readonly TimeSpan _reportAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _measureDisk = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _shimLimit = TimeSpan.FromSeconds(5);

    private CheckpointSync Checkpoints =>
        _checkpoints ??= new CheckpointSync(
            Folder.Checkpoints,
            Entry.Work!,
            _services.Artifacts,
            _services.Blobs,
            _services.Log
        );

    private async Task WatchAsync(CancellationToken lease)
    {
        ProcessOutcome outcome;
        using (var following = CancellationTokenSource.CreateLinkedTokenSource(lease))
        {
            Task[] followers =
            [
                RestartOnFailureAsync(_shipper.FollowAsync, following.Token),
                RestartOnFailureAsync(Checkpoints.FollowAsync, following.Token),
                RestartOnFailureAsync(ReportStartedAsync, following.Token),
                RestartOnFailureAsync(WatchDiskAsync, following.Token),
                RestartOnFailureAsync(WatchTimeAsync, following.Token),
            ];
            try
            {
                outcome = await WaitForEndAsync(lease);
            }
            finally
            {
                await following.CancelAsync();
                await Task.WhenAll(followers);
            }
        }

        var endedAt = EndedAtUtc is { } known ? new DateTimeOffset(known) : Now;
        var outOfMemory = ControlGroup.OutOfMemoryKills() > Entry.OutOfMemoryKills;
        var end = AttemptEnding.Of(outcome, endedAt, Entry.Stop, outOfMemory);
        End(
            !end.Succeeded && Entry.Stop is null && DiskSpace.IsFull(Folder.Path)
                ? end with
                {
                    Reason = EndReasons.DiskFull,
                    Detail = FullDisk(FileTree.Size(Folder.Work) / MiB),
                }
                : end
        );
    }

    private static string FullDisk(long used) => $"The node's disk is full; its work folder takes {used} MiB of it.";

    private DateTime? EndedAtUtc => File.Exists(Folder.Exit) ? File.GetLastWriteTimeUtc(Folder.Exit) : null;

    private async Task<ProcessOutcome> WaitForEndAsync(CancellationToken lease)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lease, _stop.Token);
        try
        {
            return await _process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!lease.IsCancellationRequested)
        {
            await _processes.StopAsync(_services.Options.Grace, lease);
        }

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(lease);
        limited.CancelAfter(_shimLimit);
        try
        {
            return await _process.WaitForExitAsync(limited.Token);
        }
        catch (OperationCanceledException) when (!lease.IsCancellationRequested)
        {
            return new ProcessOutcome.Vanished(MachineRestarted: false); // stuck in the kernel
        }
    }

    /// <summary>Restarts a follower that failed; the training is not affected.</summary>
    private async Task RestartOnFailureAsync(Func<CancellationToken, Task> follow, CancellationToken cancellationToken)
    {
        try
        {
            await Retry.WhileAsync(
                _ => true,
                follow,
                exception => _services.Log.LogError(exception, "Following {Attempt} failed and is restarted", Key),
                cancellationToken
            );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody follows any more.
        }
    }

    private async Task ReportStartedAsync(CancellationToken cancellationToken)
    {
        while (!Entry.StartedRecorded)
        {
            await _services.Reports.TryPublishAsync(Entry.Started!, cancellationToken);
            await Task.WhenAny(_startedRecorded.Task, Task.Delay(_reportAgain, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task WatchTimeAsync(CancellationToken cancellationToken)
    {
        if (Entry.Work!.TimeoutSeconds is { } seconds)
        {
            var left = Entry.Started!.At.AddSeconds(seconds) - Now;
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _services.Clock, cancellationToken);
            RequestStop(EndReasons.TimedOut, $"It ran longer than {seconds} s.");
        }
    }

    private async Task WatchDiskAsync(CancellationToken cancellationToken)
    {
        var pause = _measureDisk;
        var limit = _services.Options.MaxDiskMiB;
        while (true)
        {
            await Task.Delay(pause, cancellationToken);
            var watch = Stopwatch.StartNew();
            var used = FileTree.Size(Folder.Work) / MiB;
            pause = _measureDisk + (watch.Elapsed * 20); // measuring millions of files must not use a whole CPU
            if (used > limit)
            {
                RequestStop(EndReasons.DiskFull, $"Its work folder took {used} MiB; the node allows {limit} MiB.");
                return;
            }

            // Attempts that have written almost nothing may continue: they do not fill the disk.
            if (used > 0 && DiskSpace.IsFull(Folder.Path))
            {
                RequestStop(EndReasons.DiskFull, FullDisk(used));
                return;
            }
        }
    }
}
