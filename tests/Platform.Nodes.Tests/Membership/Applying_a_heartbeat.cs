using Platform.Nodes.Membership;

namespace Platform.Nodes.Tests.Membership;

public sealed class Applying_a_heartbeat : WithNodeDecider
{
    [Fact]
    public void without_changes_records_no_event() =>
        Given(Joined).When(node => Decide(node, new ApplyHeartbeat(Small with { Gpus = [] }))).ThenNothing();

    [Fact]
    public void with_another_inventory_records_it() =>
        Given(Joined).When(node => Decide(node, new ApplyHeartbeat(Large))).Then(new NodeInventoryChanged(Large, Now));

    [Fact]
    public void with_another_label_records_it()
    {
        var labelled = Small with
        {
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = "lab" },
        };
        Given(Joined)
            .When(node => Decide(node, new ApplyHeartbeat(labelled)))
            .Then(new NodeInventoryChanged(labelled, Now));
    }

    [Fact]
    public void brings_an_offline_node_online() =>
        Given(Joined, WentOffline).When(node => Decide(node, new ApplyHeartbeat(Small))).Then(new NodeCameOnline(Now));

    [Fact]
    public void of_an_unknown_node_is_refused() =>
        Given().When(node => Decide(node, new ApplyHeartbeat(Small))).ThenRefused("node.not-found");

    [Fact]
    public void of_a_removed_node_is_refused() =>
        Given(Joined, new NodeRemoved(Now))
            .When(node => Decide(node, new ApplyHeartbeat(Small)))
            .ThenRefused("node.not-found");
}
