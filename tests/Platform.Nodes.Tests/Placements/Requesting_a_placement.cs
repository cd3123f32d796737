using Platform.Nodes.Placements;

namespace Platform.Nodes.Tests.Placements;

public sealed class Requesting_a_placement : WithPlacementDecider
{
    [Fact]
    public void is_recorded() => Given().When(p => Decide(p, Request(1))).Then(Requested(1));

    [Fact]
    public void again_changes_nothing_while_it_waits() =>
        Given(Requested(1)).When(p => Decide(p, Request(1))).ThenNothing();

    [Fact]
    public void again_changes_nothing_once_it_is_granted() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, Request(1))).ThenNothing();

    [Fact]
    public void for_the_next_attempt_releases_what_the_last_one_holds() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, Request(2))).Then(Released(1), Requested(2));

    [Fact]
    public void for_the_next_attempt_withdraws_the_last_request() =>
        Given(Requested(1)).When(p => Decide(p, Request(3))).Then(Released(1), Requested(3));

    [Fact]
    public void for_the_next_attempt_after_a_loss_releases_nothing() =>
        Given(Requested(1), Granted(1), Lost(1)).When(p => Decide(p, Request(2))).Then(Requested(2));

    [Fact]
    public void for_an_older_attempt_changes_nothing() =>
        Given(Requested(2)).When(p => Decide(p, Request(1))).ThenNothing();

    [Fact]
    public void for_a_released_attempt_changes_nothing() =>
        Given(Requested(1), Granted(1), Released(1)).When(p => Decide(p, Request(1))).ThenNothing();

    [Fact]
    public void for_a_lost_attempt_changes_nothing() =>
        Given(Requested(1), Granted(1), Lost(1)).When(p => Decide(p, Request(1))).ThenNothing();

    [Fact]
    public void after_the_release_overtook_it_changes_nothing() =>
        Given(Released(1)).When(p => Decide(p, Request(1))).ThenNothing();

    [Theory]
    [InlineData(-1, 1, 1)]
    [InlineData(0, -0.5, 1)]
    [InlineData(0, double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity, 1)]
    [InlineData(0, 1, -1)]
    public void of_invalid_resources_is_refused(int gpus, double cpus, int memoryMiB) =>
        Given()
            .When(p => Decide(p, Request(1) with { Needs = new Needs(gpus, cpus, memoryMiB) }))
            .ThenRefused("placement.invalid");

    [Fact]
    public void for_attempt_0_is_refused() => Given().When(p => Decide(p, Request(0))).ThenRefused("placement.invalid");
}
