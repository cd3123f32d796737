using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;

namespace Platform.Contracts.Nodes;

/// <summary>
/// Command to nodes: lease resources for an attempt, and release what an earlier attempt of the job still holds. A
/// repeat is answered with the current state.
/// </summary>
public sealed record RequestPlacement
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
    public required Resources Resources { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required int Priority { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Not placed before this time; not after <see cref="SubmittedAt"/> when the attempt need not wait.</summary>
    public required DateTimeOffset NotBefore { get; init; }
}

/// <summary>
/// Command to nodes: the attempt has ended. Answered by <see cref="PlacementReleasedMessage"/>, also when it was
/// released before or is unknown.
/// </summary>
public sealed record ReleasePlacement
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
}

/// <summary>
/// Query to nodes for the state of a placement while its job is placed or runs. An unknown one is answered as lost.
/// </summary>
public sealed record ConfirmPlacement
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
}

/// <summary>The attempt waits; the reason is for users: <c>needs 64 GPUs; the largest node has 2</c>.</summary>
public sealed record PlacementWaitingMessage
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
    public required string Reason { get; init; }

    /// <summary>The same for other languages; null in messages of release 0.1.0.</summary>
    public SentenceCode? ReasonCode { get; init; }
}

/// <summary>
/// These attempts wait for another reason than before. One message for many: a node that comes or goes changes the reason of a
/// whole queue.
/// </summary>
public sealed record PlacementReasonChangedMessage
{
    public required IReadOnlyList<WaitingAttempt> Waiting { get; init; }
    public required string Reason { get; init; }

    /// <summary>The same for other languages; null in messages of release 0.1.0.</summary>
    public SentenceCode? ReasonCode { get; init; }
}

/// <summary>An attempt that waits for a placement.</summary>
public sealed record WaitingAttempt
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
}

/// <summary>
/// Query to nodes for the placements of attempts that wait: those that no longer do are answered with their state, in case
/// the message that says so did not arrive.
/// </summary>
public sealed record ConfirmWaiting
{
    public required IReadOnlyList<WaitingAttempt> Waiting { get; init; }
}

/// <summary>The attempt holds these nodes until it is released or lost.</summary>
public sealed record PlacementGrantedMessage
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
    public required IReadOnlyList<PlacedNode> Nodes { get; init; }
}

/// <summary>The attempt no longer holds resources.</summary>
public sealed record PlacementReleasedMessage
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
}

/// <summary>A node of the placement was lost; its resources are free and the attempt is fenced.</summary>
public sealed record PlacementLostMessage
{
    public required Guid JobId { get; init; }
    public required int Attempt { get; init; }
    public Guid? NodeId { get; init; }

    /// <summary>One of <see cref="EndReasons"/>, normally <c>node_lost</c>.</summary>
    public required string Reason { get; init; }
}
