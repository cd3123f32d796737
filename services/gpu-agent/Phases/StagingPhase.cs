using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Staging;

namespace Platform.GpuAgent.Phases;

/// <summary><see cref="AttemptPhase.Accepted"/>: fetches the work and makes the work folder.</summary>
internal sealed class StagingPhase : IPhase
{
    public async Task<Outcome> RunAsync(AttemptContext attempt, CancellationToken cancellationToken)
    {
        using var wanted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, attempt.StopRequested);
        try
        {
            var fetching = WorkRequest.SendAsync(attempt, wanted.Token);
            attempt.ReserveSpace();
            // If a shim was started, the folder was complete and now holds the training's files.
            if (!File.Exists(attempt.Folder.Shim))
            {
                await attempt.Services.WorkFolder.StageAsync(attempt.Key, attempt.Folder, fetching, wanted.Token);
            }

            var work = attempt.Work = await fetching;
            if (CommandProblem(attempt, work) is { } problem)
            {
                var end = AttemptEnd.Of(EndReasons.CouldNotStart, null, problem, attempt.Now);
                return entry => entry.Ended(end);
            }

            var outOfMemoryKills = ControlGroup.OutOfMemoryKills();
            var group = attempt.MakeGroup();
            return entry => entry.Staged(work, outOfMemoryKills, group);
        }
        catch (StagingFailedException exception)
        {
            var end = AttemptEnd.Of(exception.Reason, null, exception.Why, attempt.Now);
            return entry => entry.Ended(end);
        }
        catch (OperationCanceledException)
            when (attempt.StopRequested.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return entry => entry.EndedBeforeStart(attempt.Now);
        }
    }

    private static Sentence? CommandProblem(AttemptContext attempt, AttemptWork work)
    {
        var options = attempt.Services.Options;
        var search = TrainingEnvironment.For(attempt.Entry.Command, work, options, attempt.Folder)["PATH"];
        return CommandLookup.Problem(work.Command is [var program, ..] ? program : "", attempt.Folder.Work, search);
    }
}
