using Platform.Nodes.Membership;

namespace Platform.Nodes.Tests.Membership;

public sealed class Joining_a_node : WithNodeDecider
{
    private static readonly JoinNode _join = new(Id, "lab1", Small);

    [Fact]
    public void brings_it_online() => Given().When(node => Decide(node, _join)).Then(Joined);

    [Fact]
    public void again_changes_nothing() => Given(Joined).When(node => Decide(node, _join)).ThenNothing();

    [Fact]
    public void again_with_another_name_and_machine_records_what_differs() =>
        Given(Joined)
            .When(node => Decide(node, new JoinNode(Id, "lab2", Large)))
            .Then(new NodeRenamed("lab2", Now), new NodeInventoryChanged(Large, Now));

    [Fact]
    public void again_after_it_was_offline_brings_it_back() =>
        Given(Joined, WentOffline).When(node => Decide(node, _join)).Then(new NodeCameOnline(Now));

    [Fact]
    public void again_after_its_removal_creates_it_again() =>
        Given(Joined, new NodeDraining(Now), new NodeRemoved(Now)).When(node => Decide(node, _join)).Then(Joined);
}
