using Platform.EventStore;
using Platform.Nodes.Membership;
using Platform.Nodes.Placements;

namespace Platform.Nodes.Changing;

/// <summary>Executes commands of users on nodes.</summary>
internal sealed class NodeChanges(NodesStore store, NodeTables nodes, SchedulerSignal scheduler, TimeProvider clock)
{
    public NodeTables Nodes { get; } = nodes;

    /// <returns>A refusal when the node is unknown; otherwise null.</returns>
    public async Task<Refusal?> ApplyAsync(
        Guid id,
        NodeCommand command,
        long? ifVersion,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        var outcome = await store.HandleAsync(
            Node.Decider,
            id.ToString(),
            node => Node.Decide(node, command, clock.GetUtcNow()),
            metadata,
            ifVersion,
            command is RemoveNode ? batch => batch.Add("delete from node_heartbeat where node_id = $1", id) : null,
            cancellationToken: cancellationToken
        );
        if (outcome.Events.Count > 0)
        {
            scheduler.Raise();
        }

        return outcome.Refusal;
    }
}
