namespace Platform.Nodes.Tests.Placements;

public sealed class Losing_a_placement : WithPlacementDecider
{
    [Fact]
    public void is_recorded() => Given(Requested(1), Granted(1)).When(p => Decide(p, Lose(1))).Then(Lost(1));

    [Fact]
    public void happens_once() => Given(Requested(1), Granted(1), Lost(1)).When(p => Decide(p, Lose(1))).ThenNothing();

    [Fact]
    public void on_a_node_it_does_not_use_changes_nothing() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, Lose(1) with { NodeId = OtherNodeId })).ThenNothing();

    [Fact]
    public void of_an_older_attempt_changes_nothing() =>
        Given(Requested(1), Granted(1), Released(1), Requested(2), Granted(2))
            .When(p => Decide(p, Lose(1)))
            .ThenNothing();

    [Fact]
    public void that_waits_changes_nothing() => Given(Requested(1)).When(p => Decide(p, Lose(1))).ThenNothing();
}
