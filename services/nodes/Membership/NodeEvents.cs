namespace Platform.Nodes.Membership;

/// <summary>What happened to one node (stream type <c>node</c>).</summary>
internal abstract record NodeEvent;

internal sealed record NodeJoined(Guid NodeId, string Name, Inventory Inventory, DateTimeOffset At) : NodeEvent;

internal sealed record NodeRenamed(string Name, DateTimeOffset At) : NodeEvent;

internal sealed record NodeInventoryChanged(Inventory Inventory, DateTimeOffset At) : NodeEvent;

internal sealed record NodeWentOffline(DateTimeOffset LastHeartbeatAt, DateTimeOffset At) : NodeEvent;

internal sealed record NodeCameOnline(DateTimeOffset At) : NodeEvent;

internal sealed record NodeDraining(DateTimeOffset At) : NodeEvent;

internal sealed record NodeResumed(DateTimeOffset At) : NodeEvent;

internal sealed record NodeRemoved(DateTimeOffset At) : NodeEvent;
