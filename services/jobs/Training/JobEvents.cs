using System.Text.Json.Serialization;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.EventStore;

namespace Platform.Jobs.Training;

/// <summary>
/// An event of one job (stream type <c>job</c>). Texts for users have their codes beside them; those of release 0.1.0 have none.
/// </summary>
internal abstract record JobEvent;

internal sealed record JobSubmitted(Guid JobId, Guid RunId, JobSpec Spec, DateTimeOffset At) : JobEvent;

/// <param name="NotBefore">The end of the back-off; the time of the event when there is none.</param>
/// <param name="Reason">Why it waits, as a text for users; null when it does not wait.</param>
internal sealed record JobQueued(
    int Attempt,
    DateTimeOffset NotBefore,
    string? Reason,
    DateTimeOffset At,
    SentenceCode? ReasonCode = null
) : JobEvent;

internal sealed record JobPlaced(int Attempt, IReadOnlyList<PlacedNode> Nodes, DateTimeOffset At) : JobEvent;

/// <summary>The first process of the attempt runs, and with it the job.</summary>
/// <param name="TimeoutAt">When it reaches its <c>timeoutSeconds</c>; null without a limit.</param>
/// <param name="Rank">The process; 0 in events of release 0.1.0.</param>
internal sealed record JobStarted(
    int Attempt,
    Guid RunId,
    Guid NodeId,
    DateTimeOffset At,
    DateTimeOffset? TimeoutAt,
    int Rank = 0
) : JobEvent;

/// <summary>Another process of an attempt of several runs.</summary>
internal sealed record RankStarted(int Attempt, int Rank, Guid NodeId, DateTimeOffset At) : JobEvent;

/// <summary>A process of an attempt of several ended. The end of a job's only process is that of its attempt.</summary>
/// <param name="Reason">One of <see cref="EndReasons"/>.</param>
internal sealed record RankExited(
    int Attempt,
    int Rank,
    Guid NodeId,
    string Reason,
    int? ExitCode,
    string? Detail,
    DateTimeOffset At,
    SentenceCode? DetailCode = null
) : JobEvent;

/// <param name="Reason">One of <see cref="EndReasons"/>.</param>
internal sealed record AttemptFailed(
    int Attempt,
    string Reason,
    int? ExitCode,
    string? Detail,
    DateTimeOffset At,
    SentenceCode? DetailCode = null
) : JobEvent;

/// <param name="Reason"><c>node_lost</c> or <c>node_stopped</c>.</param>
internal sealed record AttemptLost(int Attempt, string Reason, Guid? NodeId, DateTimeOffset At) : JobEvent;

/// <param name="Reason"><c>cancelled</c>, <c>timed_out</c>, or <c>peer_failed</c> for what is left of an attempt of several processes.</param>
internal sealed record StopRequested(int Attempt, string Reason, DateTimeOffset At) : JobEvent;

/// <param name="Detail">A note for users, such as outputs that were not stored.</param>
internal sealed record JobSucceeded(
    int Attempt,
    Guid RunId,
    DateTimeOffset At,
    string? Detail = null,
    SentenceCode? DetailCode = null
) : JobEvent;

internal sealed record JobFailed(
    int Attempt,
    Guid RunId,
    string Reason,
    int? ExitCode,
    string? Detail,
    DateTimeOffset At,
    SentenceCode? DetailCode = null
) : JobEvent;

internal sealed record JobCancelled(int Attempt, Guid RunId, int? ExitCode, DateTimeOffset At) : JobEvent;

/// <summary>The job is in the recycle bin. Who moved it there is in the event's metadata.</summary>
/// <param name="FormerStatus">Its status, which it has again when it is restored.</param>
/// <param name="Reason">Why, as a text for users.</param>
/// <param name="Attempt">Its last attempt; 0 in events of release 0.1.0.</param>
internal sealed record JobDeleted(string FormerStatus, string? Reason, DateTimeOffset At, int Attempt = 0) : JobEvent;

internal sealed record JobRestored(DateTimeOffset At) : JobEvent;

/// <summary>Everything of the job but its events was given up.</summary>
internal sealed record JobPurged(DateTimeOffset At) : JobEvent;

/// <summary>The stored JSON form of the events.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(JobSubmitted))]
[JsonSerializable(typeof(JobQueued))]
[JsonSerializable(typeof(JobPlaced))]
[JsonSerializable(typeof(JobStarted))]
[JsonSerializable(typeof(RankStarted))]
[JsonSerializable(typeof(RankExited))]
[JsonSerializable(typeof(AttemptFailed))]
[JsonSerializable(typeof(AttemptLost))]
[JsonSerializable(typeof(StopRequested))]
[JsonSerializable(typeof(JobSucceeded))]
[JsonSerializable(typeof(JobFailed))]
[JsonSerializable(typeof(JobCancelled))]
[JsonSerializable(typeof(JobDeleted))]
[JsonSerializable(typeof(JobRestored))]
[JsonSerializable(typeof(JobPurged))]
internal sealed partial class JobEventsJson : JsonSerializerContext
{
    /// <summary>Registers every event under its alias.</summary>
    public static void Register(EventTypes events) =>
        events
            .Add("job_submitted", Default.JobSubmitted)
            .Add("job_queued", Default.JobQueued)
            .Add("job_placed", Default.JobPlaced)
            .Add("job_started", Default.JobStarted)
            .Add("rank_started", Default.RankStarted)
            .Add("rank_exited", Default.RankExited)
            .Add("attempt_failed", Default.AttemptFailed)
            .Add("attempt_lost", Default.AttemptLost)
            .Add("stop_requested", Default.StopRequested)
            .Add("job_succeeded", Default.JobSucceeded)
            .Add("job_failed", Default.JobFailed)
            .Add("job_cancelled", Default.JobCancelled)
            .Add("job_deleted", Default.JobDeleted)
            .Add("job_restored", Default.JobRestored)
            .Add("job_purged", Default.JobPurged);
}
