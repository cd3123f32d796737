using Platform.EventStore;
using Platform.Nodes.Membership;

namespace Platform.Nodes.Tests.Membership;

public sealed class Every_state_and_command_of_a_node : WithNodeDecider
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
        new ApplyHeartbeat(Small),
        new MarkOffline(Now),
        new DrainNode(),
        new ResumeNode(),
        new RemoveNode(),
    ];

    /// <summary>Join, heartbeat, offline, drain, resume, remove: a(ccept), n(othing), r(efuse).</summary>
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
    public void has_a_decision()
    {
        Assert.Equal(Subtypes<NodeCommand>(), _commands.Select(command => command.GetType()).ToHashSet());
        foreach (var (name, events) in _states)
        {
            var state = events.Aggregate(Node.Initial, Node.Evolve);
            var decisions = string.Concat(_commands.Select(command => Letter(Decide(state, command))));
            Assert.True(_expected[name] == decisions, $"{name}: expected {_expected[name]}, was {decisions}");
        }
    }

    [Fact]
    public void makes_the_same_command_a_no_op()
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
