using Platform.Nodes.Membership;

namespace Platform.Nodes.Tests.Membership;

public sealed class Removing_a_node : WithNodeDecider
{
    [Fact]
    public void is_recorded() => Given(Joined).When(node => Decide(node, new RemoveNode())).Then(new NodeRemoved(Now));

    [Fact]
    public void is_recorded_once() =>
        Given(Joined, new NodeRemoved(Now)).When(node => Decide(node, new RemoveNode())).ThenNothing();

    [Fact]
    public void that_never_joined_is_refused() =>
        Given().When(node => Decide(node, new RemoveNode())).ThenRefused("node.not-found");
}
