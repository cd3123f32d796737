using Platform.Contracts.Jobs;
using Platform.Messaging;

namespace Platform.Jobs.Coordination;

/// <summary>
/// The progress of the current attempt of one job, and the data of the commands that it waits for (<see cref="PendingCommands"/>).
/// </summary>
internal sealed class JobCoordination : IDeadlineSaga
{
    /// <summary>The job.</summary>
    public Guid CorrelationId { get; set; }
    public string CurrentState { get; set; } = "";
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>How often the current command was sent again.</summary>
    public int Resends { get; set; }
    public int Attempt { get; set; }
    public Resources? Resources { get; set; }
    public IReadOnlyDictionary<string, string> Labels { get; set; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
    public int Priority { get; set; }
    public DateTimeOffset SubmittedAt { get; set; }
    public DateTimeOffset NotBefore { get; set; }
    public IReadOnlyList<PlacedNode> Nodes { get; set; } = [];

    /// <summary>Ranks that have started. Only counts for attempts of several: the start of the only one is a state.</summary>
    public IReadOnlyList<int> Started { get; set; } = [];
    public DateTimeOffset? TimeoutAt { get; set; }
    public string? StopReason { get; set; }

    /// <summary>The request that submitted the job.</summary>
    public string? RequestId { get; set; }

    /// <summary>The trace of that request.</summary>
    public string? TraceParent { get; set; }

    /// <summary>True while the job runs and one of its processes has not started.</summary>
    public bool IsIncomplete() =>
        Resources is not null && Nodes.Count > 1 && Nodes.Any(node => !Started.Contains(node.Rank));

    /// <summary>Begins the first attempt.</summary>
    public JobCoordination Begin(JobSubmittedMessage submitted)
    {
        Advance(attempt: 1);
        (Resources, Labels) = (submitted.Resources, submitted.Labels);
        (Priority, SubmittedAt, NotBefore) = (submitted.Priority, submitted.SubmittedAt, submitted.SubmittedAt);
        (RequestId, TraceParent) = (submitted.RequestId, submitted.TraceParent);
        return this;
    }

    /// <summary>Begins a later attempt.</summary>
    public JobCoordination Begin(JobQueuedMessage queued)
    {
        Advance(queued.Attempt);
        (Resources, Labels) = (queued.Resources, queued.Labels);
        (Priority, SubmittedAt, NotBefore) = (queued.Priority, queued.SubmittedAt, queued.NotBefore);
        (RequestId, TraceParent) = (queued.RequestId, queued.TraceParent);
        return this;
    }

    /// <summary>Begins a new wait, and forgets what was known of an earlier attempt.</summary>
    public JobCoordination Advance(int attempt)
    {
        if (attempt != Attempt)
        {
            (Nodes, Started, TimeoutAt, StopReason) = ([], [], null, null);
        }

        Attempt = attempt;
        Resends = 0;
        return this;
    }

    public void AddStarted(int rank)
    {
        if (!Started.Contains(rank))
        {
            Started = [.. Started, rank];
        }
    }
}

/// <summary>The saga's deadline passed without an answer.</summary>
public sealed record JobDeadlinePassed
{
    public required Guid JobId { get; init; }
}

/// <summary>Command from the saga to its job: this attempt has reached its time limit.</summary>
public sealed record StopOverdueJob
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
}
