using System.ComponentModel;
using System.Diagnostics;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Staging;

namespace Platform.GpuAgent.Phases;

/// <summary><see cref="AttemptPhase.Starting"/>: starts the training, unless an earlier agent did.</summary>
internal sealed class StartingPhase : IPhase
{
    private static readonly ActivitySource _source = new("Platform");

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
                    ? Failed(EndReasons.CouldNotStart, EndingSentences.EndedBeforeStart)
                    : Failed(EndReasons.Killed, EndingSentences.KilledBeforeStart);
            }
        }
        catch (Win32Exception exception)
        {
            return Failed(EndReasons.CouldNotStart, EndingSentences.SystemError.With(exception.Message));
        }
        catch (StagingFailedException exception)
        {
            return Failed(exception.Reason, exception.Why);
        }

        var startedAt = attempt.StartedAt;
        return entry => entry.Running(startedAt);

        Outcome Failed(string reason, Sentence detail) =>
            entry => entry.Ended(AttemptEnd.Of(reason, null, detail, attempt.Now));
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

            _ = ActivityContext.TryParse(attempt.Entry.Command.TraceParent, traceState: null, out var parent);
            using var activity = _source.StartActivity("start training", ActivityKind.Internal, parent);
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
