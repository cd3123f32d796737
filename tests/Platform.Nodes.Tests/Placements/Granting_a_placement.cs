using Platform.Nodes.Placements;

namespace Platform.Nodes.Tests.Placements;

public sealed class Granting_a_placement : WithPlacementDecider
{
    [Fact]
    public void leases_the_nodes() =>
        Given(Requested(1)).When(p => Decide(p, new GrantPlacement(1, Nodes))).Then(Granted(1));

    [Fact]
    public void leases_a_node_for_each_rank()
    {
        GrantedNode[] ranks = [Nodes[0] with { Rank = 1 }, Nodes[0] with { NodeId = OtherNodeId }];

        Given(Requested(1))
            .When(p => Decide(p, new GrantPlacement(1, ranks)))
            .Then(new PlacementGranted(1, ranks, Now));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(-1, 0)]
    public void of_ranks_that_are_not_counted_from_0_is_refused(int first, int second) =>
        Given(Requested(1))
            .When(p =>
                Decide(p, new GrantPlacement(1, [Nodes[0] with { Rank = first }, Nodes[0] with { Rank = second }]))
            )
            .ThenRefused("placement.invalid");

    [Fact]
    public void happens_once() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, new GrantPlacement(1, Nodes))).ThenNothing();

    [Fact]
    public void changes_nothing_once_it_was_withdrawn() =>
        Given(Requested(1), Released(1)).When(p => Decide(p, new GrantPlacement(1, Nodes))).ThenNothing();

    [Fact]
    public void of_an_older_attempt_changes_nothing() =>
        Given(Requested(1), Released(1), Requested(2)).When(p => Decide(p, new GrantPlacement(1, Nodes))).ThenNothing();

    [Fact]
    public void that_was_not_requested_is_refused() =>
        Given().When(p => Decide(p, new GrantPlacement(1, Nodes))).ThenRefused("placement.not-requested");
}
