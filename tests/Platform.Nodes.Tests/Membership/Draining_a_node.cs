using Platform.Nodes.Membership;

namespace Platform.Nodes.Tests.Membership;

public sealed class Draining_a_node : WithNodeDecider
{
    [Fact]
    public void is_recorded() => Given(Joined).When(node => Decide(node, new DrainNode())).Then(new NodeDraining(Now));

    [Fact]
    public void is_recorded_once() =>
        Given(Joined, new NodeDraining(Now)).When(node => Decide(node, new DrainNode())).ThenNothing();

    [Fact]
    public void outlasts_an_offline_period() =>
        Given(Joined, new NodeDraining(Now), WentOffline, new NodeCameOnline(Now))
            .When(node => Decide(node, new DrainNode()))
            .ThenNothing();

    [Fact]
    public void ends_with_resume() =>
        Given(Joined, new NodeDraining(Now)).When(node => Decide(node, new ResumeNode())).Then(new NodeResumed(Now));

    [Fact]
    public void ends_once() => Given(Joined).When(node => Decide(node, new ResumeNode())).ThenNothing();
}
