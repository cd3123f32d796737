namespace Platform.Contracts.Jobs;

/// <summary>A user submitted a job. Contains everything that the job's saga and its run need.</summary>
public sealed record JobSubmittedMessage
{
    public required Guid JobId { get; init; }
    public required Guid RunId { get; init; }
    public required string Name { get; init; }
    public required string Project { get; init; }
    public required Resources Resources { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>0 (last) to 100 (first).</summary>
    public required int Priority { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>The id of the request that submitted the job, for logs; null in messages of release 0.1.0.</summary>
    public string? RequestId { get; init; }

    /// <summary>The W3C <c>traceparent</c> of that request; null in messages of release 0.1.0.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>
/// An attempt after the first waits for a placement: the previous one failed or was lost, or a user retried the job.
/// Contains everything that a placement request needs, because the job's saga may have settled long ago.
/// </summary>
public sealed record JobQueuedMessage
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
    public required Resources Resources { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>0 (last) to 100 (first).</summary>
    public required int Priority { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Not placed before this time: the back-off between attempts. <see cref="SubmittedAt"/> when there is none.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>The id of the request that submitted the job, for logs; null in messages of release 0.1.0.</summary>
    public string? RequestId { get; init; }

    /// <summary>The W3C <c>traceparent</c> of that request; null in messages of release 0.1.0.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>An attempt has its nodes and may start on them.</summary>
public sealed record JobPlacedMessage
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
    public required IReadOnlyList<PlacedNode> Nodes { get; init; }

    /// <summary>Names of the artifacts that it reads, its source among them; null in messages of release 0.1.0.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>Names of the artifacts that it makes; null in messages of release 0.1.0.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }
}

/// <summary>Command to jobs: publish again what is known of a job. Asked by a service that has not heard of its present attempt.</summary>
public sealed record AnnounceJob
{
    public required Guid JobId { get; init; }
}

/// <summary>The training process of an attempt runs; of an attempt of several processes, the first.</summary>
public sealed record JobStartedMessage
{
    public required Guid JobId { get; init; }
    public required Guid RunId { get; init; }
    public required int Attempt { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it is stopped because of its time limit; null without a limit.</summary>
    public DateTimeOffset? TimeoutAt { get; init; }

    /// <summary>The process that runs; 0 for a job of one process.</summary>
    public int Rank { get; init; }
}

/// <summary>Another process of an attempt of several runs.</summary>
public sealed record RankStartedMessage
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
    public required int Rank { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
}

/// <summary>A placed or running attempt is to be stopped.</summary>
public sealed record StopRequestedMessage
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }

    /// <summary>One of <see cref="EndReasons"/>: <c>cancelled</c>, <c>timed_out</c> or <c>peer_failed</c>.</summary>
    public required string Reason { get; init; }
}

/// <summary>The job has ended; its placement may be released.</summary>
public sealed record JobEndedMessage
{
    public required Guid JobId { get; init; }
    public required Guid RunId { get; init; }
    public required int Attempt { get; init; }

    /// <summary><c>succeeded</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>One of <see cref="EndReasons"/>.</summary>
    public required string Reason { get; init; }
    public int? ExitCode { get; init; }
    public required DateTimeOffset EndedAt { get; init; }
}

/// <summary>A job that has ended is in the recycle bin.</summary>
public sealed record JobDeletedMessage
{
    public required Guid JobId { get; init; }

    /// <summary>Its last attempt: when it is restored and retried, another one begins.</summary>
    public required int Attempt { get; init; }
    public required DateTimeOffset DeletedAt { get; init; }
}

/// <summary>A job that was in the recycle bin was deleted for good.</summary>
public sealed record JobPurgedMessage
{
    public required Guid JobId { get; init; }
    public required DateTimeOffset PurgedAt { get; init; }
}

/// <summary>The resources that an attempt needs on one node.</summary>
public sealed record Resources
{
    public required int Gpus { get; init; }
    public required double Cpus { get; init; }
    public required int MemoryMiB { get; init; }
}

/// <summary>A node of a placement, and the GPUs it holds there.</summary>
public sealed record PlacedNode
{
    public required Guid NodeId { get; init; }
    public required string NodeName { get; init; }

    /// <summary>Indices of the GPUs on that node.</summary>
    public required IReadOnlyList<int> Gpus { get; init; }

    /// <summary>The process of the attempt that runs there; 0 for a job of one process.</summary>
    public int Rank { get; init; }
}

/// <summary>Why an attempt or a job ended: a closed list.</summary>
public static class EndReasons
{
    /// <summary>The process ended by itself with an exit code (0 is success).</summary>
    public const string ExitCode = "exit_code";

    /// <summary>The kernel or the agent killed it because it used too much memory.</summary>
    public const string OutOfMemory = "out_of_memory";

    /// <summary>A user cancelled it.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>It ran longer than its <c>timeoutSeconds</c>.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>Another process of the same attempt failed, so this one was stopped.</summary>
    public const string PeerFailed = "peer_failed";

    /// <summary>Its node stopped answering.</summary>
    public const string NodeLost = "node_lost";

    /// <summary>Its node's agent was stopped on purpose.</summary>
    public const string NodeStopped = "node_stopped";

    /// <summary>A signal that the platform did not send ended it.</summary>
    public const string Killed = "killed";

    /// <summary>An input artifact or source does not exist, could not be fetched, or would replace another part of the job.</summary>
    public const string InputMissing = "input_missing";

    /// <summary>The command could not be started: not found, not executable.</summary>
    public const string CouldNotStart = "could_not_start";

    /// <summary>Its outputs could not be stored: missing, refused or failed.</summary>
    public const string OutputRefused = "output_refused";

    /// <summary>It used more disk space than its node allows.</summary>
    public const string DiskFull = "disk_full";
}
