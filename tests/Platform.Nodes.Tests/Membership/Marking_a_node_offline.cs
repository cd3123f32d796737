using Platform.Nodes.Membership;

namespace Platform.Nodes.Tests.Membership;

public sealed class Marking_a_node_offline : WithNodeDecider
{
    [Fact]
    public void is_recorded() => Given(Joined).When(node => Decide(node, new MarkOffline(Now))).Then(WentOffline);

    [Fact]
    public void is_recorded_once() =>
        Given(Joined, WentOffline).When(node => Decide(node, new MarkOffline(Now))).ThenNothing();
}
