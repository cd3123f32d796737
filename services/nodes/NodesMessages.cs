using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.EventStore;
using Platform.Messaging;
using Platform.Nodes.Placements;

namespace Platform.Nodes;

/// <summary>Publishes placement events to other services; node events stay within this service.</summary>
internal sealed class NodesMessages : IEventMessages
{
    public ValueTask<object?> ToMessageAsync(StoredEvent stored, CancellationToken cancellationToken) =>
        ValueTask.FromResult<object?>(
            stored.Data switch
            {
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
            }
        );

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
