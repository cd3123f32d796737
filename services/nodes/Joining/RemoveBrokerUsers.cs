using Platform.EventStore;
using Platform.Nodes.Membership;

namespace Platform.Nodes.Joining;

/// <summary>
/// Deletes the broker's users of nodes that were removed, as soon as the broker can be asked. An agent that joined again while
/// this was late is refused by the broker, and asks for its user again.
/// </summary>
internal sealed class RemoveBrokerUsers(NodeTables nodes, BrokerUsers users) : Subscription
{
    public override string Name => "nodes-broker-users";

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> page, CancellationToken cancellationToken)
    {
        foreach (
            var removed in page.Where(stored => stored.Data is NodeRemoved)
                .Select(stored => stored.StreamId)
                .Distinct(StringComparer.Ordinal)
        )
        {
            var nodeId = Guid.Parse(removed);
            if (await nodes.FindAsync(nodeId, cancellationToken) is null)
            {
                await users.RemoveAsync(nodeId, cancellationToken);
            }
        }
    }
}
