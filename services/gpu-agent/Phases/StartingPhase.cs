using System.ComponentModel;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Staging;

namespace Platform.GpuAgent.Phases;

/// <summary><see cref="AttemptPhase.Starting"/>: starts the training, unless an earlier agent did.</summary>
internal sealed class StartingPhase : IPhase
{
    public async Task<Outcome> RunAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        if (attempt.Entry.Stop is not null && ShimClaim.TryTake(attempt.Folder))
        {
            return entry => entry.EndedBeforeStart(attempt.Now);
        }

        try
        {
            if (!await LaunchAsync(attempt, cancellationToken))
            {
                // A claimed attempt whose shim is gone was killed, which another attempt need not be.
                return ProcessIdentity.Read(attempt.Folder.Shim) is null
                    ? Failed(EndReasons.CouldNotStart, "The process ended before it started.")
                    : Failed(EndReasons.Killed, "The process was killed before it started.");
            }
        }
        catch (Win32Exception exception)
        {
            return Failed(EndReasons.CouldNotStart, exception.Message);
        }
        catch (StagingFailedException exception)
        {
            return Failed(exception.Reason, exception.Message);
        }

        var startedAt = attempt.StartedAt;
        return entry => entry.Running(startedAt);

        Outcome Failed(string reason, string detail) =>
            entry => entry.Ended(new AttemptEnd(reason, null, detail, attempt.Now));
    }

    /// <returns>Whether the training has started, now or by an earlier agent.</returns>
    private static async Task<bool> LaunchAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        var services = attempt.Services;
        var folder = attempt.Folder;
        var work = File.Exists(folder.Shim)
            ? null
            : attempt.Work ?? await WorkRequest.SendAsync(attempt, cancellationToken);
        await services.Starts.WaitAsync(cancellationToken);
        try
        {
            if (work is null)
            {
                return await attempt.Process.WaitForStartAsync(cancellationToken) is not null;
            }

            var environment = TrainingEnvironment.For(attempt.Entry.Command, work, services.Options, folder);
            if (attempt.Entry.Group is { Exists: false })
            {
                var group = attempt.MakeGroup();
                attempt.Note(entry => entry with { Group = group });
            }

            return await attempt.Process.StartAsync(
                services.Shims,
                work.Command,
                environment,
                attempt.Entry.Group,
                cancellationToken
            )
                is not null;
        }
        finally
        {
            services.Starts.Release();
        }
    }
}
