using Platform.EventStore;
using Platform.Nodes.Membership;

namespace Platform.Nodes.Tests.Membership;

/// <summary>Shared by the specifications of nodes.</summary>
public abstract class WithNodeDecider
{
    private protected static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private protected static readonly Guid Id = Guid.Parse("0198a000-0000-7000-8000-000000000001");
    private protected static readonly Inventory Small = Inventory.Empty with
    {
        Hostname = "lab1",
        Cpus = 2,
        MemoryMiB = 4096,
    };
    private protected static readonly Inventory Large = Small with
    {
        Cpus = 64,
        Gpus = [new Gpu(0, "GPU-0", "H100", 81920)],
    };
    private protected static readonly NodeJoined Joined = new(Id, "lab1", Small, Now);
    private protected static readonly NodeWentOffline WentOffline = new(Now, Now);

    private protected static Specification<Node, NodeEvent> Given(params NodeEvent[] events) =>
        new Specification<Node, NodeEvent>(Node.Decider).Given(events);

    private protected static Decision<NodeEvent> Decide(Node node, NodeCommand command) =>
        Node.Decide(node, command, Now);
}
