using Platform.Contracts.Jobs;

namespace Platform.Jobs.Training;

/// <summary>Something asked of one job.</summary>
internal abstract record JobCommand;

internal sealed record SubmitJob(Guid JobId, Guid RunId, JobSpec Spec) : JobCommand;

/// <summary>A person wants it stopped.</summary>
internal sealed record CancelJob : JobCommand;

/// <summary>A person wants a job that failed or was cancelled to be tried again, with a fresh retry budget.</summary>
internal sealed record RetryJob : JobCommand;

/// <summary>Something reported about one attempt; for any attempt but the present one it changes nothing.</summary>
internal abstract record AttemptCommand(int Attempt) : JobCommand;

/// <summary>There is no place for it yet.</summary>
internal sealed record QueueAttempt(int Attempt, string Reason) : AttemptCommand(Attempt);

/// <summary>It has its nodes.</summary>
internal sealed record PlaceAttempt(int Attempt, IReadOnlyList<PlacedNode> Nodes) : AttemptCommand(Attempt);

/// <summary>Its process runs.</summary>
/// <param name="At">The node's clock.</param>
internal sealed record StartAttempt(int Attempt, Guid NodeId, DateTimeOffset At) : AttemptCommand(Attempt);

/// <summary>Its process ended, or never began.</summary>
/// <param name="Reason">One of <see cref="EndReasons"/>.</param>
/// <param name="At">The node's clock.</param>
internal sealed record EndAttempt(
    int Attempt,
    Guid NodeId,
    string Reason,
    int? ExitCode,
    string? Detail,
    DateTimeOffset At
) : AttemptCommand(Attempt);

/// <summary>A node of its placement is gone.</summary>
internal sealed record LoseAttempt(int Attempt, string Reason, Guid? NodeId) : AttemptCommand(Attempt);

/// <summary>It may have run for longer than it is allowed to.</summary>
internal sealed record StopOverdueAttempt(int Attempt) : AttemptCommand(Attempt);
