namespace Platform.Contracts.Nodes;

/// <summary>Published by nodes: whether a node answers, each time that it changes.</summary>
public sealed record NodeStatusMessage
{
    /// <summary>It answers.</summary>
    public const string Online = "online";

    /// <summary>It stopped answering.</summary>
    public const string Lost = "lost";

    /// <summary>It is no node of the platform any more.</summary>
    public const string Removed = "removed";

    public required Guid NodeId { get; init; }
    public required string Name { get; init; }

    /// <summary><see cref="Online"/>, <see cref="Lost"/> or <see cref="Removed"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Grows with each change: an older one changes nothing.</summary>
    public required long Version { get; init; }
    public required DateTimeOffset At { get; init; }
}
