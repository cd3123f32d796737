using Platform.Nodes.Placements;

namespace Platform.Nodes.Tests.Placements;

public sealed class Releasing_a_placement : WithPlacementDecider
{
    [Fact]
    public void frees_it() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, new ReleasePlacement(1))).Then(Released(1));

    [Fact]
    public void removes_it_from_the_queue() =>
        Given(Requested(1)).When(p => Decide(p, new ReleasePlacement(1))).Then(Released(1));

    [Fact]
    public void happens_once() =>
        Given(Requested(1), Released(1)).When(p => Decide(p, new ReleasePlacement(1))).ThenNothing();

    [Fact]
    public void that_was_lost_changes_nothing() =>
        Given(Requested(1), Granted(1), Lost(1)).When(p => Decide(p, new ReleasePlacement(1))).ThenNothing();

    [Fact]
    public void of_an_older_attempt_changes_nothing() =>
        Given(Requested(2), Granted(2)).When(p => Decide(p, new ReleasePlacement(1))).ThenNothing();

    [Fact]
    public void that_was_never_requested_is_recorded() =>
        Given().When(p => Decide(p, new ReleasePlacement(1))).Then(Released(1));

    [Fact]
    public void of_an_unknown_attempt_frees_the_previous_one_too() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, new ReleasePlacement(2))).Then(Released(1), Released(2));
}
