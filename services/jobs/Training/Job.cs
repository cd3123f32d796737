using System.Diagnostics;
using System.Globalization;
using Platform.Contracts.Jobs;
using Platform.EventStore;

namespace Platform.Jobs.Training;

/// <summary>The status of a job; in lower case also in the API.</summary>
internal enum JobStatus
{
    /// <summary>There is no such job.</summary>
    None,
    Pending,
    Queued,
    Placed,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>One training job: the state that decisions about it need.</summary>
internal sealed record Job
{
    /// <summary>A lost node is not the fault of the job, but a job that loses ten may be what breaks them.</summary>
    public const int MaxLosses = 10;

    private static readonly TimeSpan _longestBackoff = TimeSpan.FromHours(1);
    private static readonly TimeSpan _longestLossBackoff = TimeSpan.FromMinutes(1);

    public static readonly Job Initial = new();
    public static readonly Decider<Job, JobEvent> Decider = new("job", Initial, Evolve);

    public JobStatus Status { get; init; }
    public Guid RunId { get; init; }

    /// <summary>The number of the current attempt, from 1: the fencing token.</summary>
    public int Attempt { get; init; }
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;
    public TimeSpan? Timeout { get; init; }

    /// <summary>Where the current attempt is placed.</summary>
    public IReadOnlyList<Guid> Nodes { get; init; } = [];
    public DateTimeOffset? TimeoutAt { get; init; }

    /// <summary>Set once the current attempt is to be stopped: <c>cancelled</c> or <c>timed_out</c>.</summary>
    public string? StopReason { get; init; }

    /// <summary>Attempts that failed since the submission or the last retry by a user.</summary>
    public int Failures { get; init; }

    /// <summary>Attempts that lost their node since the submission or the last retry by a user.</summary>
    public int Losses { get; init; }

    public bool HasEnded => Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary>True while the attempt may hold a lease and write its log.</summary>
    public bool Holds(int attempt) => Attempt == attempt && Status is JobStatus.Placed or JobStatus.Running;

    public static Decision<JobEvent> Decide(Job job, JobCommand command, DateTimeOffset now) =>
        command switch
        {
            SubmitJob submit => job.Status is JobStatus.None
                ? Decision.Accept<JobEvent>(new JobSubmitted(submit.JobId, submit.RunId, submit.Spec, now))
                : Decision.Nothing<JobEvent>(),
            _ when job.Status is JobStatus.None => Decision.Refuse<JobEvent>("job.not-found", "There is no such job."),
            CancelJob => job.Cancel(now),
            RetryJob => job.RetryAttempt(now),
            // A fenced attempt, or a late report about a job that has ended.
            AttemptCommand report when report.Attempt != job.Attempt || job.HasEnded => Decision.Nothing<JobEvent>(),
            QueueAttempt queue => job.Queue(queue, now),
            PlaceAttempt place => job.Place(place, now),
            StartAttempt start => job.Start(start, now),
            EndAttempt end => job.End(end, now),
            LoseAttempt lose => job.Lose(lose.Reason, lose.NodeId, now),
            StopOverdueAttempt => job.StopOverdue(now),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    public static Job Evolve(Job job, JobEvent @event) =>
        @event switch
        {
            JobSubmitted e => new Job
            {
                Status = JobStatus.Pending,
                RunId = e.RunId,
                Attempt = 1,
                Retry = e.Spec.Retry,
                Timeout = e.Spec.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            },
            JobQueued e => job with
            {
                Status = JobStatus.Queued,
                Attempt = e.Attempt,
                Nodes = [],
                TimeoutAt = null,
                StopReason = null,
                Failures = job.HasEnded ? 0 : job.Failures,
                Losses = job.HasEnded ? 0 : job.Losses,
            },
            JobPlaced e => job with { Status = JobStatus.Placed, Nodes = [.. e.Nodes.Select(node => node.NodeId)] },
            JobStarted e => job with { Status = JobStatus.Running, TimeoutAt = e.TimeoutAt },
            AttemptFailed => job with { Failures = job.Failures + 1 },
            AttemptLost => job with { Losses = job.Losses + 1 },
            StopRequested e => job with { StopReason = e.Reason },
            JobSucceeded => job with { Status = JobStatus.Succeeded },
            JobFailed => job with { Status = JobStatus.Failed },
            JobCancelled => job with { Status = JobStatus.Cancelled },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };

    private Decision<JobEvent> Cancel(DateTimeOffset now) =>
        Status switch
        {
            JobStatus.Pending or JobStatus.Queued => Decision.Accept<JobEvent>(
                new JobCancelled(Attempt, RunId, ExitCode: null, now)
            ),
            JobStatus.Placed or JobStatus.Running when StopReason is null => Decision.Accept<JobEvent>(
                new StopRequested(Attempt, EndReasons.Cancelled, now)
            ),
            JobStatus.Placed or JobStatus.Running or JobStatus.Cancelled => Decision.Nothing<JobEvent>(),
            _ => Refused("cancelled", "It has already ended."),
        };

    private Decision<JobEvent> RetryAttempt(DateTimeOffset now) =>
        Status is JobStatus.Failed or JobStatus.Cancelled
            ? Decision.Accept<JobEvent>(new JobQueued(Attempt + 1, now, "retry requested", now))
            : Refused("retried", "Only a job that failed or was cancelled can be.");

    private Decision<JobEvent> Queue(QueueAttempt queue, DateTimeOffset now) =>
        Status is JobStatus.Pending
            ? Decision.Accept<JobEvent>(new JobQueued(Attempt, now, queue.Reason, now))
            : Decision.Nothing<JobEvent>();

    private Decision<JobEvent> Place(PlaceAttempt place, DateTimeOffset now)
    {
        var placed = new JobPlaced(Attempt, place.Nodes, now);
        return Status switch
        {
            JobStatus.Pending => Decision.Accept<JobEvent>(new JobQueued(Attempt, now, Reason: null, now), placed),
            JobStatus.Queued => Decision.Accept<JobEvent>(placed),
            _ => Decision.Nothing<JobEvent>(),
        };
    }

    private Decision<JobEvent> Start(StartAttempt start, DateTimeOffset now)
    {
        if (Status is not JobStatus.Placed || !Nodes.Contains(start.NodeId))
        {
            return Decision.Nothing<JobEvent>();
        }

        var at = Earlier(start.At, now);
        return Decision.Accept<JobEvent>(new JobStarted(Attempt, RunId, start.NodeId, at, at + Timeout));
    }

    private Decision<JobEvent> End(EndAttempt end, DateTimeOffset now)
    {
        if (!Holds(end.Attempt) || !Nodes.Contains(end.NodeId))
        {
            return Decision.Nothing<JobEvent>();
        }

        var at = Earlier(end.At, now);
        return (end.Reason, StopReason) switch
        {
            // It succeeded before the stop: its outputs are stored, so it counts as a success.
            (EndReasons.ExitCode, _) when end.ExitCode is 0 => Decision.Accept<JobEvent>(
                new JobSucceeded(Attempt, RunId, at, end.Detail)
            ),
            (EndReasons.Cancelled, null) or (_, EndReasons.Cancelled) => Decision.Accept<JobEvent>(
                new JobCancelled(Attempt, RunId, end.ExitCode, at)
            ),
            (EndReasons.NodeLost or EndReasons.NodeStopped, null) => Lose(end.Reason, end.NodeId, now),
            _ => Fail(StopReason ?? end.Reason, end.ExitCode, end.Detail, at, now),
        };
    }

    private Decision<JobEvent> Fail(string reason, int? exitCode, string? detail, DateTimeOffset at, DateTimeOffset now)
    {
        var failed = new AttemptFailed(Attempt, reason, exitCode, detail, at);
        if (!IsWorthRetrying(reason) || Failures + 1 >= Retry.MaxAttempts)
        {
            return Decision.Accept<JobEvent>(failed, new JobFailed(Attempt, RunId, reason, exitCode, detail, at));
        }

        var pause = Backoff(TimeSpan.FromSeconds(Retry.BackoffSeconds), Failures, _longestBackoff);
        var why = string.Create(
            CultureInfo.InvariantCulture,
            $"attempt {Attempt} failed ({(exitCode is null ? reason : $"exit code {exitCode}")}); next try {pause.TotalSeconds:0} s later"
        );
        return Decision.Accept<JobEvent>(failed, new JobQueued(Attempt + 1, now + pause, why, now));
    }

    private Decision<JobEvent> Lose(string reason, Guid? nodeId, DateTimeOffset now)
    {
        if (!Holds(Attempt))
        {
            return Decision.Nothing<JobEvent>();
        }

        var lost = new AttemptLost(Attempt, reason, nodeId, now);
        if (StopReason is EndReasons.Cancelled)
        {
            return Decision.Accept<JobEvent>(lost, new JobCancelled(Attempt, RunId, ExitCode: null, now));
        }

        if (StopReason is not null || Losses + 1 >= MaxLosses)
        {
            var detail = StopReason is null ? $"It lost its node {MaxLosses} times." : null;
            return Decision.Accept<JobEvent>(
                lost,
                new JobFailed(Attempt, RunId, StopReason ?? reason, ExitCode: null, detail, now)
            );
        }

        // The first loss is retried immediately; a job that keeps losing nodes gives them time to recover.
        var pause = Losses is 0 ? TimeSpan.Zero : Backoff(TimeSpan.FromSeconds(1), Losses - 1, _longestLossBackoff);
        return Decision.Accept<JobEvent>(
            lost,
            new JobQueued(Attempt + 1, now + pause, $"attempt {Attempt} lost its node ({reason})", now)
        );
    }

    private Decision<JobEvent> StopOverdue(DateTimeOffset now) =>
        Status is JobStatus.Running && StopReason is null && TimeoutAt <= now
            ? Decision.Accept<JobEvent>(new StopRequested(Attempt, EndReasons.TimedOut, now))
            : Decision.Nothing<JobEvent>();

    private Decision<JobEvent> Refused(string what, string why) =>
        Decision.Refuse<JobEvent>(
            "job.invalid-transition",
            $"The job cannot be {what}: it is {Status.ToString().ToLowerInvariant()}. {why}"
        );

    /// <summary>Failures that would repeat are not retried.</summary>
    private static bool IsWorthRetrying(string reason) =>
        reason is not (EndReasons.TimedOut or EndReasons.CouldNotStart or EndReasons.InputMissing);

    private static TimeSpan Backoff(TimeSpan first, int doublings, TimeSpan longest) =>
        TimeSpan.FromSeconds(Math.Min(first.TotalSeconds * Math.Pow(2, Math.Min(doublings, 30)), longest.TotalSeconds));

    /// <summary>A node's clock may run ahead; no time in the future is recorded.</summary>
    private static DateTimeOffset Earlier(DateTimeOffset reported, DateTimeOffset now) =>
        reported < now ? reported.ToUniversalTime() : now;
}
