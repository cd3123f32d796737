using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.EventStore;
using Platform.ServiceDefaults;

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
internal sealed partial record Job
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

    /// <summary>The processes of the current attempt by rank, from 0; empty while it is not placed.</summary>
    public IReadOnlyList<JobProcess> Processes { get; init; } = [];

    /// <summary>When the current attempt got its nodes, by the clock of this service.</summary>
    public DateTimeOffset? PlacedAt { get; init; }
    public DateTimeOffset? TimeoutAt { get; init; }

    /// <summary>
    /// Set once the current attempt is to be stopped: <c>cancelled</c>, <c>timed_out</c> or <c>peer_failed</c>.
    /// </summary>
    public string? StopReason { get; init; }

    /// <summary>Attempts that failed since the submission or the last retry by a user.</summary>
    public int Failures { get; init; }

    /// <summary>Attempts that lost their node since the submission or the last retry by a user.</summary>
    public int Losses { get; init; }

    /// <summary>
    /// The process that failed first. By the times of its reports, not by the order in which they arrive; one that was stopped
    /// because of another counts only when there is no other.
    /// </summary>
    private JobProcess? FirstFailure =>
        Processes
            .Where(process => process.End is { Succeeded: false })
            .OrderBy(process => process.End!.Reason is EndReasons.PeerFailed)
            .ThenBy(process => process.End!.At)
            .ThenBy(process => process.Rank)
            .FirstOrDefault();

    public bool HasEnded => Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;

    /// <summary>The status as the API names it.</summary>
    private string Word => Status.ToString().ToLowerInvariant();

    /// <summary>True while the attempt may hold a lease and write its log.</summary>
    public bool Holds(int attempt) => Attempt == attempt && Status is JobStatus.Placed or JobStatus.Running;

    public static Decision<JobEvent> Decide(Job job, JobCommand command, DateTimeOffset now) =>
        command switch
        {
            SubmitJob submit => job.Status is JobStatus.None
                ? Decision.Accept<JobEvent>(new JobSubmitted(submit.JobId, submit.RunId, submit.Spec, now))
                : Decision.Nothing<JobEvent>(),
            _ when job.Status is JobStatus.None => Refusals.Refuse<JobEvent>(JobSentences.None),
            CancelJob or RetryJob or DeleteJob or RestoreJob when job.IsPurged => new Decision<JobEvent>.Refused(Gone),
            CancelJob => job.Cancel(now),
            RetryJob => job.RetryAttempt(now),
            DeleteJob delete => job.Delete(delete, now),
            RestoreJob => job.Restore(now),
            PurgeJob => job.Purge(now),
            // A fenced attempt, or a late report about a job that has ended.
            AttemptCommand report when report.Attempt != job.Attempt || job.HasEnded => Decision.Nothing<JobEvent>(),
            QueueAttempt queue => job.Queue(queue, now),
            PlaceAttempt place => job.Place(place, now),
            StartRank start => job.Start(start, now),
            EndRank end => job.End(end, now),
            LoseAttempt lose => job.Lose(lose, now),
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
                Processes = [],
                PlacedAt = null,
                TimeoutAt = null,
                StopReason = null,
                Failures = job.HasEnded ? 0 : job.Failures,
                Losses = job.HasEnded ? 0 : job.Losses,
            },
            JobPlaced e => job with
            {
                Status = JobStatus.Placed,
                PlacedAt = e.At,
                Processes = [.. e.Nodes.OrderBy(node => node.Rank).Select(n => new JobProcess(n.Rank, n.NodeId))],
            },
            JobStarted e => job.With(e.Rank, process => process with { StartedAt = e.At }) with
            {
                Status = JobStatus.Running,
                TimeoutAt = e.TimeoutAt,
            },
            RankStarted e => job.With(e.Rank, process => process with { StartedAt = e.At }),
            RankExited e => job.With(
                e.Rank,
                process => process with { End = new ProcessEnd(e.Reason, e.ExitCode, e.Detail, e.At, e.DetailCode) }
            ),
            AttemptFailed e => job.WithEndOfOnly(
                new ProcessEnd(e.Reason, e.ExitCode, e.Detail, e.At, e.DetailCode)
            ) with
            {
                Failures = job.Failures + 1,
            },
            AttemptLost => job with { Losses = job.Losses + 1 },
            StopRequested e => job with { StopReason = e.Reason },
            JobSucceeded e => job.WithEndOfOnly(
                new ProcessEnd(EndReasons.ExitCode, 0, e.Detail, e.At, e.DetailCode)
            ) with
            {
                Status = JobStatus.Succeeded,
            },
            JobFailed => job with { Status = JobStatus.Failed },
            JobDeleted => job with { IsDeleted = true },
            JobRestored => job with { IsDeleted = false },
            JobPurged => job with { IsPurged = true },
            JobCancelled e => job.WithEndOfOnly(new ProcessEnd(EndReasons.Cancelled, e.ExitCode, null, e.At)) with
            {
                Status = JobStatus.Cancelled,
            },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };

    private Job With(int rank, Func<JobProcess, JobProcess> change) =>
        this with
        {
            Processes = [.. Processes.Select(process => process.Rank == rank ? change(process) : process)],
        };

    /// <summary>The end of a job's only process has no event of its own.</summary>
    private Job WithEndOfOnly(ProcessEnd end) =>
        Processes is [{ End: null } only] ? this with { Processes = [only with { End = end }] } : this;

    private Decision<JobEvent> Cancel(DateTimeOffset now) =>
        Status switch
        {
            JobStatus.Pending or JobStatus.Queued => Decision.Accept<JobEvent>(
                new JobCancelled(Attempt, RunId, ExitCode: null, now)
            ),
            JobStatus.Placed or JobStatus.Running when !HasStopReason => Decision.Accept<JobEvent>(
                new StopRequested(Attempt, EndReasons.Cancelled, now)
            ),
            JobStatus.Placed or JobStatus.Running or JobStatus.Cancelled => Decision.Nothing<JobEvent>(),
            _ => Refusals.Refuse<JobEvent>(JobSentences.CannotBeCancelled.With(Word)),
        };

    private Decision<JobEvent> RetryAttempt(DateTimeOffset now) =>
        IsDeleted ? Refusals.Refuse<JobEvent>(JobSentences.Deleted)
        : Status is JobStatus.Failed or JobStatus.Cancelled
            ? Decision.Accept<JobEvent>(Queued(now, JobSentences.RetryRequested, now))
        : Refusals.Refuse<JobEvent>(JobSentences.CannotBeRetried.With(Word));

    private Decision<JobEvent> Queue(QueueAttempt queue, DateTimeOffset now) =>
        Status is JobStatus.Pending
            ? Decision.Accept<JobEvent>(new JobQueued(Attempt, now, queue.Reason, now, queue.ReasonCode))
            : Decision.Nothing<JobEvent>();

    private Decision<JobEvent> Place(PlaceAttempt place, DateTimeOffset now)
    {
        if (!place.Nodes.Select(node => node.Rank).Order().SequenceEqual(Enumerable.Range(0, place.Nodes.Count)))
        {
            return Refusals.Refuse<JobEvent>(JobSentences.NodeForEachRank);
        }

        var placed = new JobPlaced(Attempt, place.Nodes, now);
        return Status switch
        {
            JobStatus.Pending => Decision.Accept<JobEvent>(new JobQueued(Attempt, now, Reason: null, now), placed),
            JobStatus.Queued => Decision.Accept<JobEvent>(placed),
            _ => Decision.Nothing<JobEvent>(),
        };
    }

    /// <summary>The first process to start makes the job run; the others are recorded beside it.</summary>
    private Decision<JobEvent> Start(StartRank start, DateTimeOffset now)
    {
        if (!IsOn(start.Rank, start.NodeId, out var process) || process is not { StartedAt: null, End: null })
        {
            return Decision.Nothing<JobEvent>();
        }

        var at = Within(PlacedAt, start.At, now);
        return Decision.Accept<JobEvent>(
            Status is JobStatus.Placed
                ? new JobStarted(Attempt, RunId, start.NodeId, at, at + Timeout, start.Rank)
                : new RankStarted(Attempt, start.Rank, start.NodeId, at)
        );
    }

    /// <summary>The attempt ends with its last process. When one fails, the others are stopped.</summary>
    private Decision<JobEvent> End(EndRank end, DateTimeOffset now)
    {
        if (!IsOn(end.Rank, end.NodeId, out var process) || process.End is not null)
        {
            return Decision.Nothing<JobEvent>();
        }

        var at = EndOf(process, end, now);
        var exited = new RankExited(
            Attempt,
            end.Rank,
            end.NodeId,
            end.Reason,
            end.ExitCode,
            end.Detail,
            at,
            end.DetailCode
        );
        var job = Evolve(this, exited);
        if (job.Processes is [_])
        {
            return Decision.Accept(job.Conclude(at, now));
        }

        if (job.Processes.All(other => other.End is not null))
        {
            return Decision.Accept([exited, .. job.Conclude(job.Processes.Max(other => other.End!.At), now)]);
        }

        return job.FirstFailure is not null && StopReason is null
            ? Decision.Accept<JobEvent>(exited, new StopRequested(Attempt, EndReasons.PeerFailed, now))
            : Decision.Accept<JobEvent>(exited);
    }

    /// <summary>What becomes of the attempt once no process of it is left.</summary>
    private IReadOnlyList<JobEvent> Conclude(DateTimeOffset at, DateTimeOffset now)
    {
        if (FirstFailure is not { End: { } end } failed)
        {
            // Also when it was to be stopped: its outputs are stored, so it counts as a success.
            var note = Processes.FirstOrDefault(process => process.End!.Detail is not null);
            var detail = note is null ? null : DetailOf(note);
            return [new JobSucceeded(Attempt, RunId, at, detail?.Text, detail?.Code)];
        }

        return (end.Reason, HasStopReason ? StopReason : null) switch
        {
            (EndReasons.Cancelled, null) or (_, EndReasons.Cancelled) =>
            [
                new JobCancelled(Attempt, RunId, end.ExitCode, at),
            ],
            (EndReasons.NodeLost or EndReasons.NodeStopped, null) => Lost(end.Reason, failed.NodeId, now),
            (_, var stopped) => Fail(stopped ?? end.Reason, end.ExitCode, DetailOf(failed), at, now),
        };
    }

    /// <summary>True when it was asked to stop for a reason of its own, not because one of its processes failed.</summary>
    private bool HasStopReason => StopReason is not (null or EndReasons.PeerFailed);

    private bool IsOn(int rank, Guid nodeId, [NotNullWhen(true)] out JobProcess? process)
    {
        process = Holds(Attempt) ? Processes.FirstOrDefault(one => one.Rank == rank && one.NodeId == nodeId) : null;
        return process is not null;
    }

    private Sentence? DetailOf(JobProcess process)
    {
        var detail = Sentence.Of(process.End!.Detail, process.End.DetailCode);
        return Processes is [_] ? detail : JobSentences.OfRank.With(process.Rank, detail ?? JobSentences.FailedFirst);
    }

    private IReadOnlyList<JobEvent> Fail(
        string reason,
        int? exitCode,
        Sentence? detail,
        DateTimeOffset at,
        DateTimeOffset now
    )
    {
        var failed = new AttemptFailed(Attempt, reason, exitCode, detail?.Text, at, detail?.Code);
        if (!IsWorthRetrying(reason) || Failures + 1 >= Retry.MaxAttempts)
        {
            return [failed, new JobFailed(Attempt, RunId, reason, exitCode, detail?.Text, at, detail?.Code)];
        }

        var pause = Backoff(TimeSpan.FromSeconds(Retry.BackoffSeconds), Failures, _longestBackoff);
        var seconds = Math.Round(pause.TotalSeconds);
        var why = exitCode is { } code
            ? JobSentences.AttemptFailedWithExitCode.With(Attempt, code, seconds)
            : JobSentences.AttemptFailed.With(Attempt, reason, seconds);
        return [failed, Queued(now + pause, why, now)];
    }

    /// <summary>
    /// The placement is lost as a whole, so no process of the attempt is waited for. One that failed before is why it ends.
    /// </summary>
    private Decision<JobEvent> Lose(LoseAttempt lose, DateTimeOffset now)
    {
        var at = Within(Processes.Max(process => process.StartedAt), now, now);
        return !Holds(Attempt) ? Decision.Nothing<JobEvent>()
            : StopReason is EndReasons.PeerFailed ? Decision.Accept(Conclude(at, at))
            : Decision.Accept(Lost(lose.Reason, lose.NodeId, at));
    }

    private IReadOnlyList<JobEvent> Lost(string reason, Guid? nodeId, DateTimeOffset now)
    {
        var lost = new AttemptLost(Attempt, reason, nodeId, now);
        if (StopReason is EndReasons.Cancelled)
        {
            return [lost, new JobCancelled(Attempt, RunId, ExitCode: null, now)];
        }

        if (HasStopReason || Losses + 1 >= MaxLosses)
        {
            var detail = HasStopReason ? null : JobSentences.LostTooOften.With(MaxLosses);
            return
            [
                lost,
                new JobFailed(
                    Attempt,
                    RunId,
                    HasStopReason ? StopReason! : reason,
                    ExitCode: null,
                    detail?.Text,
                    now,
                    detail?.Code
                ),
            ];
        }

        // The first loss is retried immediately; a job that keeps losing nodes gives them time to recover.
        var pause = Losses is 0 ? TimeSpan.Zero : Backoff(TimeSpan.FromSeconds(1), Losses - 1, _longestLossBackoff);
        return [lost, Queued(now + pause, JobSentences.AttemptLost.With(Attempt, reason), now)];
    }

    private Decision<JobEvent> StopOverdue(DateTimeOffset now) =>
        Status is JobStatus.Running && StopReason is null && TimeoutAt <= now
            ? Decision.Accept<JobEvent>(new StopRequested(Attempt, EndReasons.TimedOut, now))
            : Decision.Nothing<JobEvent>();

    /// <summary>The next attempt waits.</summary>
    private JobQueued Queued(DateTimeOffset notBefore, Sentence why, DateTimeOffset now) =>
        new(Attempt + 1, notBefore, why.Text, now, why.Code);

    /// <summary>Failures that would repeat are not retried.</summary>
    private static bool IsWorthRetrying(string reason) =>
        reason is not (EndReasons.TimedOut or EndReasons.CouldNotStart or EndReasons.InputMissing);

    private static TimeSpan Backoff(TimeSpan first, int doublings, TimeSpan longest) =>
        TimeSpan.FromSeconds(Math.Min(first.TotalSeconds * Math.Pow(2, Math.Min(doublings, 30)), longest.TotalSeconds));
}
