namespace Platform.JobAttempts;

/// <summary>One attempt as this service has heard of it.</summary>
/// <param name="Nodes">The node of each rank, in their order; null while it is not known.</param>
/// <param name="Inputs">The artifacts that its job reads; null while that is not known.</param>
/// <param name="Outputs">The artifacts that its job makes; null while that is not known.</param>
/// <param name="IsLost">Its node was given up: what its processes still do is not kept.</param>
/// <param name="IsEnded">Its job ended with it.</param>
/// <param name="IsNewest">The job has no later one.</param>
public sealed record JobAttempt(
    Guid JobId,
    int Attempt,
    IReadOnlyList<Guid>? Nodes,
    IReadOnlyList<string>? Inputs,
    IReadOnlyList<string>? Outputs,
    bool IsLost,
    bool IsEnded,
    bool IsNewest
)
{
    /// <summary>True while its processes may run.</summary>
    public bool IsCurrent => IsNewest && !IsLost && !IsEnded;

    /// <param name="rank">Null for any.</param>
    public bool RunsOn(Guid nodeId, int? rank) =>
        Nodes is not null && (rank is { } one ? Nodes.ElementAtOrDefault(one) == nodeId : Nodes.Contains(nodeId));
}

/// <summary>What a machine may do about an attempt.</summary>
public enum AttemptAccess
{
    Allowed,

    /// <summary>The attempt is over; another one may run.</summary>
    Fenced,

    /// <summary>It is another machine's.</summary>
    Foreign,

    /// <summary>The message that would tell has not arrived.</summary>
    Unknown,
}
