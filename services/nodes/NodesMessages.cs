using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.EventStore;
using Platform.Messaging;
using Platform.Nodes.Membership;
using Platform.Nodes.Placements;

namespace Platform.Nodes;

/// <summary>Publishes placement events to other services, and of nodes whether they answer.</summary>
internal sealed class NodesMessages(NodesStore store) : IEventMessages
{
    public async ValueTask<object?> ToMessageAsync(StoredEvent stored, CancellationToken cancellationToken) =>
        stored.Data switch
        {
            NodeJoined e => Status(stored, NodeStatusMessage.Online, e.Name, e.At),
            NodeCameOnline e => Status(
                stored,
                NodeStatusMessage.Online,
                await NameAsync(stored, cancellationToken),
                e.At
            ),
            NodeWentOffline e => Status(
                stored,
                NodeStatusMessage.Lost,
                await NameAsync(stored, cancellationToken),
                e.At
            ),
            NodeRemoved e => Status(
                stored,
                NodeStatusMessage.Removed,
                await NameAsync(stored, cancellationToken),
                e.At
            ),
            PlacementGranted e => new PlacementGrantedMessage
            {
                JobId = Guid.Parse(stored.StreamId),
                Attempt = e.Attempt,
                Nodes = ToPlaced(e.Nodes),
            },
            PlacementReleased e => new PlacementReleasedMessage
            {
                JobId = Guid.Parse(stored.StreamId),
                Attempt = e.Attempt,
            },
            PlacementLost e => new PlacementLostMessage
            {
                JobId = Guid.Parse(stored.StreamId),
                Attempt = e.Attempt,
                NodeId = e.NodeId,
                Reason = e.Reason,
            },
            _ => null,
        };

    private static NodeStatusMessage Status(StoredEvent stored, string status, string name, DateTimeOffset at) =>
        new()
        {
            NodeId = Guid.Parse(stored.StreamId),
            Name = name,
            Status = status,
            Version = stored.Version,
            At = at,
        };

    /// <summary>The name that a node has now: of one that was removed, the last.</summary>
    private async Task<string> NameAsync(StoredEvent stored, CancellationToken cancellationToken) =>
        (await store.LoadAsync(Node.Decider, stored.StreamId, cancellationToken)).State.Name;

    public static IReadOnlyList<PlacedNode> ToPlaced(IReadOnlyList<GrantedNode> nodes) =>
        [
            .. nodes.Select(node => new PlacedNode
            {
                NodeId = node.NodeId,
                NodeName = node.NodeName,
                Gpus = node.Gpus,
                Rank = node.Rank,
            }),
        ];
}
