namespace Platform.Nodes.Membership;

/// <summary>What may be asked of one node.</summary>
internal abstract record NodeCommand;

internal sealed record JoinNode(Guid NodeId, string Name, Inventory Inventory) : NodeCommand;

internal sealed record SeeNode(Inventory Inventory) : NodeCommand;

internal sealed record MarkOffline(DateTimeOffset LastHeartbeatAt) : NodeCommand;

/// <summary>Give it no new work; what runs there goes on.</summary>
internal sealed record DrainNode : NodeCommand;

/// <summary>The opposite of <see cref="DrainNode"/>.</summary>
internal sealed record ResumeNode : NodeCommand;

/// <summary>Forget it. An agent that still runs there must join again.</summary>
internal sealed record RemoveNode : NodeCommand;
