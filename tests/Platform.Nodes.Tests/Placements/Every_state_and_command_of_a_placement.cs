using Platform.EventStore;
using Platform.Nodes.Placements;
using Platform.Nodes.Tests.Membership;

namespace Platform.Nodes.Tests.Placements;

public sealed class Every_state_and_command_of_a_placement : WithPlacementDecider
{
    private static readonly Dictionary<string, PlacementEvent[]> _states = new(StringComparer.Ordinal)
    {
        ["none"] = [],
        ["waiting"] = [Requested(2)],
        ["granted"] = [Requested(2), Granted(2)],
        ["released"] = [Requested(2), Released(2)],
        ["lost"] = [Requested(2), Granted(2), Lost(2)],
    };

    private static readonly Func<int, PlacementCommand>[] _commands =
    [
        Request,
        attempt => new GrantPlacement(attempt, Nodes),
        attempt => new ReleasePlacement(attempt),
        Lose,
    ];

    /// <summary>Request, grant, release, lose, each for attempts 1, 2 and 3: a(ccept), n(othing), r(efuse).</summary>
    private static readonly Dictionary<string, string> _expected = new(StringComparer.Ordinal)
    {
        ["none"] = "aaa rrr aaa rrr",
        ["waiting"] = "nna nar naa nnr",
        ["granted"] = "nna nnr naa nar",
        ["released"] = "nna nnr nna nnr",
        ["lost"] = "nna nnr nna nnr",
    };

    [Fact]
    public void has_a_decision()
    {
        Assert.Equal(
            Every_state_and_command_of_a_node.Subtypes<PlacementCommand>(),
            _commands.Select(command => command(1).GetType()).ToHashSet()
        );
        foreach (var (name, events) in _states)
        {
            var state = events.Aggregate(Placement.Initial, Placement.Evolve);
            var decisions = string.Join(
                ' ',
                _commands.Select(command =>
                    string.Concat(
                        Enumerable
                            .Range(1, 3)
                            .Select(attempt =>
                                Every_state_and_command_of_a_node.Letter(Decide(state, command(attempt)))
                            )
                    )
                )
            );
            Assert.True(_expected[name] == decisions, $"{name}: expected {_expected[name]}, was {decisions}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void in_any_order_never_gives_resources_to_an_ended_attempt(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var state = Placement.Initial;
            var ended = 0;
            for (var step = 0; step < 20; step++)
            {
                var command = _commands[random.Next(_commands.Length)](random.Next(1, 5));
                if (Decide(state, command) is not Decision<PlacementEvent>.Accepted accepted)
                {
                    continue;
                }

                foreach (var @event in accepted.Events)
                {
                    state = Placement.Evolve(state, @event);
                    switch (@event)
                    {
                        case PlacementReleased e:
                            ended = Math.Max(ended, e.Attempt);
                            break;
                        case PlacementLost e:
                            ended = Math.Max(ended, e.Attempt);
                            break;
                        case PlacementRequested e:
                            Assert.True(e.Attempt > ended);
                            break;
                        case PlacementGranted e:
                            Assert.True(e.Attempt > ended);
                            break;
                    }
                }

                Assert.Equal(state.Status is PlacementStatus.Granted, state.Nodes.Count > 0);
            }
        }
    }
}
