using Platform.EventStore;
using Platform.Nodes.Membership;

namespace Platform.Nodes.Tests.Membership;

/// <summary>What the specifications of nodes share.</summary>
public abstract class NodeSpecs
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

public sealed class Joining_a_node : NodeSpecs
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
    public void again_after_its_removal_starts_afresh() =>
        Given(Joined, new NodeDraining(Now), new NodeRemoved(Now)).When(node => Decide(node, _join)).Then(Joined);
}

public sealed class A_heartbeat_sender : NodeSpecs
{
    [Fact]
    public void that_tells_nothing_new_is_no_event() =>
        Given(Joined).When(node => Decide(node, new SeeNode(Small with { Gpus = [] }))).ThenNothing();

    [Fact]
    public void with_another_inventory_records_it() =>
        Given(Joined).When(node => Decide(node, new SeeNode(Large))).Then(new NodeInventoryChanged(Large, Now));

    [Fact]
    public void with_another_label_records_it()
    {
        var labelled = Small with
        {
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = "lab" },
        };
        Given(Joined).When(node => Decide(node, new SeeNode(labelled))).Then(new NodeInventoryChanged(labelled, Now));
    }

    [Fact]
    public void brings_an_offline_node_online() =>
        Given(Joined, WentOffline).When(node => Decide(node, new SeeNode(Small))).Then(new NodeCameOnline(Now));

    [Fact]
    public void of_an_unknown_node_is_refused() =>
        Given().When(node => Decide(node, new SeeNode(Small))).ThenRefused("node.not-found");

    [Fact]
    public void of_a_removed_node_is_refused() =>
        Given(Joined, new NodeRemoved(Now))
            .When(node => Decide(node, new SeeNode(Small)))
            .ThenRefused("node.not-found");
}

public sealed class A_silent_node : NodeSpecs
{
    [Fact]
    public void goes_offline() => Given(Joined).When(node => Decide(node, new MarkOffline(Now))).Then(WentOffline);

    [Fact]
    public void goes_offline_once() =>
        Given(Joined, WentOffline).When(node => Decide(node, new MarkOffline(Now))).ThenNothing();
}

public sealed class Draining_a_node : NodeSpecs
{
    [Fact]
    public void is_recorded() => Given(Joined).When(node => Decide(node, new DrainNode())).Then(new NodeDraining(Now));

    [Fact]
    public void is_recorded_once() =>
        Given(Joined, new NodeDraining(Now)).When(node => Decide(node, new DrainNode())).ThenNothing();

    [Fact]
    public void outlasts_an_absence() =>
        Given(Joined, new NodeDraining(Now), WentOffline, new NodeCameOnline(Now))
            .When(node => Decide(node, new DrainNode()))
            .ThenNothing();

    [Fact]
    public void ends_with_resume() =>
        Given(Joined, new NodeDraining(Now)).When(node => Decide(node, new ResumeNode())).Then(new NodeResumed(Now));

    [Fact]
    public void ends_once() => Given(Joined).When(node => Decide(node, new ResumeNode())).ThenNothing();
}

public sealed class Removing_a_node : NodeSpecs
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

public sealed class Every_state_and_command_of_a_node : NodeSpecs
{
    private static readonly Dictionary<string, NodeEvent[]> _states = new(StringComparer.Ordinal)
    {
        ["none"] = [],
        ["online"] = [Joined],
        ["online, draining"] = [Joined, new NodeDraining(Now)],
        ["offline"] = [Joined, WentOffline],
        ["offline, draining"] = [Joined, new NodeDraining(Now), WentOffline],
        ["removed"] = [Joined, new NodeRemoved(Now)],
    };

    private static readonly NodeCommand[] _commands =
    [
        new JoinNode(Id, "lab1", Small),
        new SeeNode(Small),
        new MarkOffline(Now),
        new DrainNode(),
        new ResumeNode(),
        new RemoveNode(),
    ];

    /// <summary>Joined, heartbeat, silent, drain, resume, remove: a(ccept), n(othing), r(efuse).</summary>
    private static readonly Dictionary<string, string> _expected = new(StringComparer.Ordinal)
    {
        ["none"] = "arrrrr",
        ["online"] = "nnaana",
        ["online, draining"] = "nnanaa",
        ["offline"] = "aanana",
        ["offline, draining"] = "aannaa",
        ["removed"] = "arrrrn",
    };

    [Fact]
    public void has_its_answer()
    {
        Assert.Equal(Subtypes<NodeCommand>(), _commands.Select(command => command.GetType()).ToHashSet());
        foreach (var (name, events) in _states)
        {
            var state = events.Aggregate(Node.Initial, Node.Evolve);
            var answers = string.Concat(_commands.Select(command => Letter(Decide(state, command))));
            Assert.True(_expected[name] == answers, $"{name}: expected {_expected[name]}, was {answers}");
        }
    }

    [Fact]
    public void leaves_the_node_as_the_same_command_would_find_it_done()
    {
        foreach (var events in _states.Values)
        {
            var state = events.Aggregate(Node.Initial, Node.Evolve);
            foreach (var command in _commands)
            {
                if (Decide(state, command) is Decision<NodeEvent>.Accepted accepted)
                {
                    var after = accepted.Events.Aggregate(state, Node.Evolve);
                    Assert.IsType<Decision<NodeEvent>.NothingToDo>(Decide(after, command));
                }
            }
        }
    }

    internal static char Letter<TEvent>(Decision<TEvent> decision) =>
        decision switch
        {
            Decision<TEvent>.Accepted => 'a',
            Decision<TEvent>.NothingToDo => 'n',
            _ => 'r',
        };

    internal static HashSet<Type> Subtypes<T>() =>
        [.. typeof(T).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(T)))];
}
