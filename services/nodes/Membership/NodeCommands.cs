namespace Platform.Nodes.Membership;

/// <summary>A command to one node.</summary>
internal abstract record NodeCommand;

internal sealed record JoinNode(Guid NodeId, string Name, Inventory Inventory) : NodeCommand;

/// <summary>A heartbeat of the node arrived, with its current inventory.</summary>
internal sealed record ApplyHeartbeat(Inventory Inventory) : NodeCommand;

internal sealed record MarkOffline(DateTimeOffset LastHeartbeatAt) : NodeCommand;

/// <summary>Schedule no new work on the node; running attempts continue.</summary>
internal sealed record DrainNode : NodeCommand;

/// <summary>The opposite of <see cref="DrainNode"/>.</summary>
internal sealed record ResumeNode : NodeCommand;

/// <summary>Remove the node. An agent that still runs there must join again.</summary>
internal sealed record RemoveNode : NodeCommand;
