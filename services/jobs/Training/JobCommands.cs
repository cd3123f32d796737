using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;

namespace Platform.Jobs.Training;

/// <summary>A command to one job.</summary>
internal abstract record JobCommand;

internal sealed record SubmitJob(Guid JobId, Guid RunId, JobSpec Spec) : JobCommand;

/// <summary>A user cancels the job.</summary>
internal sealed record CancelJob : JobCommand;

/// <summary>A user retries a failed or cancelled job, with a new retry budget.</summary>
internal sealed record RetryJob : JobCommand;

/// <summary>A user, or the retention of its project, moves a job that has ended into the recycle bin.</summary>
internal sealed record DeleteJob(string? Reason) : JobCommand;

/// <summary>A user takes the job out of the recycle bin.</summary>
internal sealed record RestoreJob : JobCommand;

/// <summary>The job leaves the recycle bin for good.</summary>
internal sealed record PurgeJob : JobCommand;

/// <summary>A report about one attempt; ignored for any attempt but the current one.</summary>
internal abstract record AttemptCommand(int Attempt) : JobCommand;

/// <summary>The attempt waits for a placement.</summary>
internal sealed record QueueAttempt(int Attempt, string Reason, SentenceCode? ReasonCode = null)
    : AttemptCommand(Attempt);

/// <summary>The attempt has its nodes, one for each of its ranks.</summary>
internal sealed record PlaceAttempt(int Attempt, IReadOnlyList<PlacedNode> Nodes) : AttemptCommand(Attempt);

/// <summary>A process of the attempt runs.</summary>
/// <param name="At">By the node's clock.</param>
internal sealed record StartRank(int Attempt, int Rank, Guid NodeId, DateTimeOffset At) : AttemptCommand(Attempt);

/// <summary>A process of the attempt ended or could not be started.</summary>
/// <param name="Reason">One of <see cref="EndReasons"/>.</param>
/// <param name="At">By the node's clock.</param>
/// <param name="StartedAt">By the same clock; null when it never started, and from agents of release 0.1.0.</param>
internal sealed record EndRank(
    int Attempt,
    int Rank,
    Guid NodeId,
    string Reason,
    int? ExitCode,
    string? Detail,
    DateTimeOffset At,
    DateTimeOffset? StartedAt = null,
    SentenceCode? DetailCode = null
) : AttemptCommand(Attempt);

/// <summary>A node of the attempt's placement was lost.</summary>
internal sealed record LoseAttempt(int Attempt, string Reason, Guid? NodeId) : AttemptCommand(Attempt);

/// <summary>The attempt may have exceeded its time limit.</summary>
internal sealed record StopOverdueAttempt(int Attempt) : AttemptCommand(Attempt);
