using Platform.EventStore;
using Platform.Nodes.Placements;

namespace Platform.Nodes.Tests.Hosting;

internal static class SeveralRanks
{
    /// <summary>Leases a GPU for each rank of a first attempt; the scheduler itself places a job on one node.</summary>
    public static Task GrantRanksAsync(this NodesHost host, Guid jobId, params IReadOnlyList<Guid> nodes)
    {
        var now = TimeProvider.System.GetUtcNow();
        return host.Store.AppendAsync(
            jobId.ToString(),
            Placement.Decider.StreamType,
            ExpectedVersion.New,
            [
                new PlacementRequested(1, new Needs(1, 1, 256), NodesHost.Inventory().Labels, 50, now, now, now),
                new PlacementGranted(
                    1,
                    [.. nodes.Select((node, rank) => new GrantedNode(node, $"lab{rank}", [rank], 1, 256, rank))],
                    now
                ),
            ]
        );
    }
}
