using Platform.Nodes.Placements;

namespace Platform.Nodes.Tests.Placements;

public sealed class Granting_a_placement : WithPlacementDecider
{
    [Fact]
    public void leases_the_nodes() =>
        Given(Requested(1)).When(p => Decide(p, new GrantPlacement(1, Nodes))).Then(Granted(1));

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
