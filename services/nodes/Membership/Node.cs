using System.Diagnostics;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Membership;

internal enum NodeStatus
{
    None,
    Online,
    Offline,
    Removed,
}

/// <summary>A machine with an agent. Draining and online are independent: a drained node may also be offline.</summary>
internal sealed record Node(NodeStatus Status, bool Draining, string Name, Inventory Inventory)
{
    public static readonly Node Initial = new(NodeStatus.None, Draining: false, "", Inventory.Empty);

    public static readonly Decider<Node, NodeEvent> Decider = new("node", Initial, Evolve);

    public static Decision<NodeEvent> Decide(Node node, NodeCommand command, DateTimeOffset now) =>
        (node.Status, command) switch
        {
            (NodeStatus.None or NodeStatus.Removed, JoinNode c) => Decision.Accept<NodeEvent>(
                new NodeJoined(c.NodeId, c.Name, c.Inventory, now)
            ),
            (_, JoinNode c) => Refresh(node, c.Name, c.Inventory, now),
            (NodeStatus.Removed, RemoveNode) => Decision.Nothing<NodeEvent>(),
            (NodeStatus.None or NodeStatus.Removed, _) => Refusals.Refuse<NodeEvent>(NodeSentences.None),
            (_, ApplyHeartbeat c) => Refresh(node, node.Name, c.Inventory, now),
            (NodeStatus.Online, MarkOffline c) => Decision.Accept<NodeEvent>(
                new NodeWentOffline(c.LastHeartbeatAt, now)
            ),
            (_, MarkOffline) => Decision.Nothing<NodeEvent>(),
            (_, DrainNode) when node.Draining => Decision.Nothing<NodeEvent>(),
            (_, DrainNode) => Decision.Accept<NodeEvent>(new NodeDraining(now)),
            (_, ResumeNode) when node.Draining => Decision.Accept<NodeEvent>(new NodeResumed(now)),
            (_, ResumeNode) => Decision.Nothing<NodeEvent>(),
            (_, RemoveNode) => Decision.Accept<NodeEvent>(new NodeRemoved(now)),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    public static Node Evolve(Node node, NodeEvent @event) =>
        @event switch
        {
            NodeJoined e => new Node(NodeStatus.Online, Draining: false, e.Name, e.Inventory),
            NodeRenamed e => node with { Name = e.Name },
            NodeInventoryChanged e => node with { Inventory = e.Inventory },
            NodeWentOffline => node with { Status = NodeStatus.Offline },
            NodeCameOnline => node with { Status = NodeStatus.Online },
            NodeDraining => node with { Draining = true },
            NodeResumed => node with { Draining = false },
            NodeRemoved => node with { Status = NodeStatus.Removed },
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };

    /// <summary>The node is alive: only differences are recorded as events.</summary>
    private static Decision<NodeEvent> Refresh(Node node, string name, Inventory inventory, DateTimeOffset now)
    {
        var events = new List<NodeEvent>();
        if (!string.Equals(node.Name, name, StringComparison.Ordinal))
        {
            events.Add(new NodeRenamed(name, now));
        }

        if (node.Inventory != inventory)
        {
            events.Add(new NodeInventoryChanged(inventory, now));
        }

        if (node.Status is NodeStatus.Offline)
        {
            events.Add(new NodeCameOnline(now));
        }

        return events.Count == 0 ? Decision.Nothing<NodeEvent>() : Decision.Accept<NodeEvent>(events);
    }
}
