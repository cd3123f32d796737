using System.Diagnostics;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Placements;

internal enum PlacementStatus
{
    None,
    Waiting,
    Granted,
    Released,
    Lost,
}

/// <summary>
/// The lease of one job. The attempt number only grows: a command for an older attempt changes nothing, and an attempt
/// that was released or lost never holds resources again, in whatever order messages arrive.
/// </summary>
internal sealed record Placement(
    PlacementStatus Status,
    int Attempt,
    IReadOnlyList<GrantedNode> Nodes,
    Guid? LostNodeId,
    string? LostReason
)
{
    public static readonly Placement Initial = new(PlacementStatus.None, 0, [], null, null);

    public static readonly Decider<Placement, PlacementEvent> Decider = new("placement", Initial, Evolve);

    /// <summary>The state of a stream whose last event requested this attempt.</summary>
    public static Placement Waiting(int attempt) =>
        Initial with
        {
            Status = PlacementStatus.Waiting,
            Attempt = attempt,
        };

    private bool IsOpen => Status is PlacementStatus.Waiting or PlacementStatus.Granted;

    public static Decision<PlacementEvent> Decide(Placement placement, PlacementCommand command, DateTimeOffset now) =>
        command switch
        {
            { Attempt: < 1 } => Refusals.Refuse<PlacementEvent>(NodeSentences.AttemptFromOne),
            RequestPlacement
            {
                Needs: { Gpus: < 0 } or { Cpus: not (>= 0 and < double.PositiveInfinity) } or { MemoryMiB: < 0 }
            } => Refusals.Refuse<PlacementEvent>(NodeSentences.FiniteResources),
            GrantPlacement { Nodes: var nodes } when !HasEachRank(nodes) => Refusals.Refuse<PlacementEvent>(
                NodeSentences.NodeForEachRank
            ),
            _ when command.Attempt < placement.Attempt => Decision.Nothing<PlacementEvent>(),
            RequestPlacement c when c.Attempt > placement.Attempt => Decision.Accept<PlacementEvent>([
                .. ReleaseOpen(placement, now),
                new PlacementRequested(c.Attempt, c.Needs, c.Labels, c.Priority, c.SubmittedAt, c.NotBefore, now),
            ]),
            RequestPlacement => Decision.Nothing<PlacementEvent>(),
            // Recorded even without a request: one that arrives later must not lease for a job that has ended.
            ReleasePlacement c when c.Attempt > placement.Attempt => Decision.Accept<PlacementEvent>([
                .. ReleaseOpen(placement, now),
                new PlacementReleased(c.Attempt, now),
            ]),
            ReleasePlacement c when placement.IsOpen => Decision.Accept<PlacementEvent>(
                new PlacementReleased(c.Attempt, now)
            ),
            ReleasePlacement => Decision.Nothing<PlacementEvent>(),
            _ when command.Attempt > placement.Attempt => Refusals.Refuse<PlacementEvent>(NodeSentences.NotRequested),
            GrantPlacement c when placement.Status is PlacementStatus.Waiting => Decision.Accept<PlacementEvent>(
                new PlacementGranted(c.Attempt, c.Nodes, now)
            ),
            GrantPlacement => Decision.Nothing<PlacementEvent>(),
            LosePlacement c when placement.Nodes.Any(node => node.NodeId == c.NodeId) =>
                Decision.Accept<PlacementEvent>(new PlacementLost(c.Attempt, c.NodeId, c.Reason, now)),
            LosePlacement => Decision.Nothing<PlacementEvent>(),
            _ => throw new UnreachableException($"No decision for {command.GetType().Name}."),
        };

    public static Placement Evolve(Placement placement, PlacementEvent @event) =>
        @event switch
        {
            PlacementRequested e => Waiting(e.Attempt),
            PlacementGranted e => placement with { Status = PlacementStatus.Granted, Nodes = e.Nodes },
            PlacementReleased e => new Placement(PlacementStatus.Released, e.Attempt, [], null, null),
            PlacementLost e => new Placement(PlacementStatus.Lost, e.Attempt, [], e.NodeId, e.Reason),
            _ => throw new UnreachableException($"No evolution for {@event.GetType().Name}."),
        };

    private static bool HasEachRank(IReadOnlyList<GrantedNode> nodes) =>
        nodes.Select(node => node.Rank).Order().SequenceEqual(Enumerable.Range(0, nodes.Count));

    private static IEnumerable<PlacementEvent> ReleaseOpen(Placement placement, DateTimeOffset now)
    {
        if (placement.IsOpen)
        {
            yield return new PlacementReleased(placement.Attempt, now);
        }
    }
}
