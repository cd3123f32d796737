using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Runs;

/// <summary>
/// Starts and ends of a run, which its training, its job and its heartbeats report, late and in any order. The clock of the training tells
/// its own processes apart: an end from before the last start is that of an earlier process.
/// </summary>
internal sealed partial record Run
{
    /// <summary>When it was started last; null before that.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The start that ends are compared with; null while the only one is by another clock than the training's.</summary>
    public DateTimeOffset? LastStartAt { get; init; }

    /// <summary>It ended because nothing was heard of it.</summary>
    public bool IsLost { get; init; }

    public bool HasEnded => IsEnd(Status);

    /// <summary>The newest known attempt of the job has ended.</summary>
    private bool IsSettled => SettledAttempt > 0 && SettledAttempt >= Attempt;

    public static bool IsEnd(RunStatus status) =>
        status is RunStatus.Finished or RunStatus.Failed or RunStatus.Interrupted;

    /// <summary>The time that a client gives, but none in the future.</summary>
    private static DateTimeOffset Earlier(DateTimeOffset? given, DateTimeOffset now) =>
        given is { } at && at < now ? at : now;

    private static RunStarted StartedBy(CreateRun c, DateTimeOffset now) =>
        new() { ByTraining = c.StartedAt is null ? null : true, At = Earlier(c.StartedAt, now) };

    /// <summary>Another process goes on with the run. While its job runs, that is one of the job's processes.</summary>
    private bool IsStartedAgain(CreateRun c) =>
        HasEnded ? c.StartedAt > EndedAt : JobId is null && c.StartedAt > StartedAt;

    private static Decision<RunEvent> StartAttempt(Run run, StartJobAttempt c, DateTimeOffset now)
    {
        if (c.Attempt <= run.Attempt || c.Attempt <= run.SettledAttempt)
        {
            return Decision.Nothing<RunEvent>();
        }

        // The client ended the run after this attempt had started, so the message is late.
        if (run.HasEnded && !run.IsSettled && c.StartedAt <= run.EndedAt)
        {
            return Decision.Nothing<RunEvent>();
        }

        var started = new RunStarted { Attempt = c.Attempt, At = c.StartedAt };
        return run.Status is RunStatus.None
                ? Decision.Accept<RunEvent>(new RunCreated { JobId = c.JobId, At = now }, started)
            : run.IsDeleted ? Decision.Accept<RunEvent>(new RunRestored { At = now }, started)
            : Decision.Accept<RunEvent>(started);
    }

    private static Decision<RunEvent> End(Run run, EndJob c, DateTimeOffset now)
    {
        // A run that is purged had ended, whether or not its job had said so of that attempt.
        if (c.Attempt < run.Attempt || c.Attempt <= run.SettledAttempt || (run.IsPurged && c.Attempt == run.Attempt))
        {
            return Decision.Nothing<RunEvent>();
        }

        List<RunEvent> events = [];
        if (run.Status is RunStatus.None)
        {
            events.Add(new RunCreated { JobId = c.JobId, At = now });
        }

        // An end that the training reported itself is kept; the end of an earlier attempt is replaced.
        if (!run.HasEnded || run.IsLost || run.IsSettled)
        {
            events.Add(new RunEnded { Status = c.Status, At = c.EndedAt });
        }

        events.Add(new RunSettled { Attempt = c.Attempt, At = c.EndedAt });
        return Decision.Accept<RunEvent>(events);
    }

    private static Decision<RunEvent> Finish(Run run, FinishRun c, DateTimeOffset now)
    {
        if (!IsEnd(c.Status))
        {
            return Refusals.Refuse<RunEvent>(RunSentences.InvalidEnd);
        }

        var ended = new RunEnded
        {
            Status = c.Status,
            Reason = c.Reason,
            At = Earlier(c.EndedAt, now),
        };
        // Of an earlier attempt, or of a process that was over before the run was started again.
        if (c.Attempt < run.Attempt || c.EndedAt < run.LastStartAt)
        {
            return Decision.Nothing<RunEvent>();
        }

        if (c.Attempt > run.Attempt && c.Attempt > run.SettledAttempt)
        {
            // It arrived before the message that this attempt had started.
            var started = new RunStarted { Attempt = c.Attempt, At = now };
            return run.IsDeleted
                ? Decision.Accept<RunEvent>(new RunRestored { At = now }, started, ended)
                : Decision.Accept<RunEvent>(started, ended);
        }

        if (!run.HasEnded || run.IsLost)
        {
            return Decision.Accept<RunEvent>(ended);
        }

        return run.Status == c.Status ? Decision.Nothing<RunEvent>()
            : c.Replaces ? Decision.Accept<RunEvent>(ended)
            : Refusals.Refuse<RunEvent>(RunSentences.AlreadyEnded);
    }

    /// <summary>The runs of jobs end with their jobs, whose agents are heard of instead.</summary>
    private Decision<RunEvent> Lose(DateTimeOffset now) =>
        Status is RunStatus.Running && JobId is null
            ? Decision.Accept<RunEvent>(new RunLost { At = now })
            : Decision.Nothing<RunEvent>();

    private Decision<RunEvent> Find(DateTimeOffset now) =>
        IsLost && !IsDeleted ? Decision.Accept<RunEvent>(new RunStarted { At = now }) : Decision.Nothing<RunEvent>();
}
