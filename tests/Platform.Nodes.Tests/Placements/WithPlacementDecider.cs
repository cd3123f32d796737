using Platform.EventStore;
using Platform.Nodes.Placements;

namespace Platform.Nodes.Tests.Placements;

/// <summary>Shared by the specifications of placements.</summary>
public abstract class WithPlacementDecider
{
    private protected static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private protected static readonly Guid NodeId = Guid.Parse("0198a000-0000-7000-8000-000000000001");
    private protected static readonly Guid OtherNodeId = Guid.Parse("0198a000-0000-7000-8000-000000000002");
    private protected static readonly GrantedNode[] Nodes = [new(NodeId, "lab1", [0], 1, 512)];
    private protected static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>(
        StringComparer.Ordinal
    );

    private protected static Specification<Placement, PlacementEvent> Given(params PlacementEvent[] events) =>
        new Specification<Placement, PlacementEvent>(Placement.Decider).Given(events);

    private protected static Decision<PlacementEvent> Decide(Placement placement, PlacementCommand command) =>
        Placement.Decide(placement, command, Now);

    private protected static RequestPlacement Request(int attempt) =>
        new(attempt, new Needs(1, 1, 512), NoLabels, 50, Now, Now);

    private protected static PlacementRequested Requested(int attempt) =>
        new(attempt, new Needs(1, 1, 512), NoLabels, 50, Now, Now, Now);

    private protected static PlacementGranted Granted(int attempt) => new(attempt, Nodes, Now);

    private protected static PlacementReleased Released(int attempt) => new(attempt, Now);

    private protected static PlacementLost Lost(int attempt) => new(attempt, NodeId, "node_lost", Now);

    private protected static LosePlacement Lose(int attempt) => new(attempt, NodeId, "node_lost");
}
