using Platform.EventStore;
using Platform.Nodes.Placements;
using Platform.Nodes.Tests.Membership;

namespace Platform.Nodes.Tests.Placements;

/// <summary>What the specifications of placements share.</summary>
public abstract class PlacementSpecs
{
    private protected static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private protected static readonly Guid NodeId = Guid.Parse("0198a000-0000-7000-8000-000000000001");
    private protected static readonly Guid OtherNodeId = Guid.Parse("0198a000-0000-7000-8000-000000000002");
    private protected static readonly GrantedNode[] Nodes = [new(NodeId, "lab1", [0], 1, 512)];
    private protected static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>(
        StringComparer.Ordinal
    );

    private protected static Specification<Placement, PlacementEvent> Given(params PlacementEvent[] events) =>
        new Specification<Placement, PlacementEvent>(Placement.Decider).Given(events);

    private protected static Decision<PlacementEvent> Decide(Placement placement, PlacementCommand command) =>
        Placement.Decide(placement, command, Now);

    private protected static AskForPlacement Ask(int attempt) =>
        new(attempt, new Needs(1, 1, 512), NoLabels, 50, Now, Now);

    private protected static PlacementRequested Requested(int attempt) =>
        new(attempt, new Needs(1, 1, 512), NoLabels, 50, Now, Now, Now);

    private protected static PlacementGranted Granted(int attempt) => new(attempt, Nodes, Now);

    private protected static PlacementReleased Released(int attempt) => new(attempt, Now);

    private protected static PlacementLost Lost(int attempt) => new(attempt, NodeId, "node_lost", Now);

    private protected static LosePlacement Lose(int attempt) => new(attempt, NodeId, "node_lost");
}

public sealed class Asking_for_a_placement : PlacementSpecs
{
    [Fact]
    public void is_recorded() => Given().When(p => Decide(p, Ask(1))).Then(Requested(1));

    [Fact]
    public void again_changes_nothing_while_it_waits() =>
        Given(Requested(1)).When(p => Decide(p, Ask(1))).ThenNothing();

    [Fact]
    public void again_changes_nothing_once_it_is_granted() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, Ask(1))).ThenNothing();

    [Fact]
    public void for_the_next_attempt_releases_what_the_last_one_holds() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, Ask(2))).Then(Released(1), Requested(2));

    [Fact]
    public void for_the_next_attempt_withdraws_the_last_request() =>
        Given(Requested(1)).When(p => Decide(p, Ask(3))).Then(Released(1), Requested(3));

    [Fact]
    public void for_the_next_attempt_after_a_loss_releases_nothing() =>
        Given(Requested(1), Granted(1), Lost(1)).When(p => Decide(p, Ask(2))).Then(Requested(2));

    [Fact]
    public void for_an_older_attempt_changes_nothing() =>
        Given(Requested(2)).When(p => Decide(p, Ask(1))).ThenNothing();

    [Fact]
    public void for_a_released_attempt_changes_nothing() =>
        Given(Requested(1), Granted(1), Released(1)).When(p => Decide(p, Ask(1))).ThenNothing();

    [Fact]
    public void for_a_lost_attempt_changes_nothing() =>
        Given(Requested(1), Granted(1), Lost(1)).When(p => Decide(p, Ask(1))).ThenNothing();

    [Fact]
    public void after_the_release_overtook_it_changes_nothing() =>
        Given(Released(1)).When(p => Decide(p, Ask(1))).ThenNothing();

    [Theory]
    [InlineData(-1, 1, 1)]
    [InlineData(0, -0.5, 1)]
    [InlineData(0, double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity, 1)]
    [InlineData(0, 1, -1)]
    public void for_what_cannot_be_is_refused(int gpus, double cpus, int memoryMiB) =>
        Given()
            .When(p => Decide(p, Ask(1) with { Needs = new Needs(gpus, cpus, memoryMiB) }))
            .ThenRefused("placement.invalid");

    [Fact]
    public void for_attempt_0_is_refused() => Given().When(p => Decide(p, Ask(0))).ThenRefused("placement.invalid");
}

public sealed class Granting_a_placement : PlacementSpecs
{
    [Fact]
    public void leases_the_nodes() =>
        Given(Requested(1)).When(p => Decide(p, new GrantPlacement(1, Nodes))).Then(Granted(1));

    [Fact]
    public void happens_once() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, new GrantPlacement(1, Nodes))).ThenNothing();

    [Fact]
    public void changes_nothing_once_it_was_withdrawn() =>
        Given(Requested(1), Released(1)).When(p => Decide(p, new GrantPlacement(1, Nodes))).ThenNothing();

    [Fact]
    public void of_an_older_attempt_changes_nothing() =>
        Given(Requested(1), Released(1), Requested(2)).When(p => Decide(p, new GrantPlacement(1, Nodes))).ThenNothing();

    [Fact]
    public void nobody_asked_for_is_refused() =>
        Given().When(p => Decide(p, new GrantPlacement(1, Nodes))).ThenRefused("placement.not-requested");
}

public sealed class Giving_a_placement_up : PlacementSpecs
{
    [Fact]
    public void frees_it() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, new GiveUpPlacement(1))).Then(Released(1));

    [Fact]
    public void leaves_the_line() => Given(Requested(1)).When(p => Decide(p, new GiveUpPlacement(1))).Then(Released(1));

    [Fact]
    public void happens_once() =>
        Given(Requested(1), Released(1)).When(p => Decide(p, new GiveUpPlacement(1))).ThenNothing();

    [Fact]
    public void that_was_lost_changes_nothing() =>
        Given(Requested(1), Granted(1), Lost(1)).When(p => Decide(p, new GiveUpPlacement(1))).ThenNothing();

    [Fact]
    public void of_an_older_attempt_changes_nothing() =>
        Given(Requested(2), Granted(2)).When(p => Decide(p, new GiveUpPlacement(1))).ThenNothing();

    [Fact]
    public void that_was_never_asked_for_is_remembered() =>
        Given().When(p => Decide(p, new GiveUpPlacement(1))).Then(Released(1));

    [Fact]
    public void of_an_attempt_yet_unseen_frees_the_one_before_too() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, new GiveUpPlacement(2))).Then(Released(1), Released(2));
}

public sealed class Losing_a_placement : PlacementSpecs
{
    [Fact]
    public void takes_it_away() => Given(Requested(1), Granted(1)).When(p => Decide(p, Lose(1))).Then(Lost(1));

    [Fact]
    public void happens_once() => Given(Requested(1), Granted(1), Lost(1)).When(p => Decide(p, Lose(1))).ThenNothing();

    [Fact]
    public void on_a_node_it_does_not_use_changes_nothing() =>
        Given(Requested(1), Granted(1)).When(p => Decide(p, Lose(1) with { NodeId = OtherNodeId })).ThenNothing();

    [Fact]
    public void of_an_older_attempt_changes_nothing() =>
        Given(Requested(1), Granted(1), Released(1), Requested(2), Granted(2))
            .When(p => Decide(p, Lose(1)))
            .ThenNothing();

    [Fact]
    public void that_waits_changes_nothing() => Given(Requested(1)).When(p => Decide(p, Lose(1))).ThenNothing();
}

public sealed class Every_state_and_command_of_a_placement : PlacementSpecs
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
        Ask,
        attempt => new GrantPlacement(attempt, Nodes),
        attempt => new GiveUpPlacement(attempt),
        Lose,
    ];

    /// <summary>Ask, grant, give up, lose, each for attempts 1, 2 and 3: a(ccept), n(othing), r(efuse).</summary>
    private static readonly Dictionary<string, string> _expected = new(StringComparer.Ordinal)
    {
        ["none"] = "aaa rrr aaa rrr",
        ["waiting"] = "nna nar naa nnr",
        ["granted"] = "nna nnr naa nar",
        ["released"] = "nna nnr nna nnr",
        ["lost"] = "nna nnr nna nnr",
    };

    [Fact]
    public void has_its_answer()
    {
        Assert.Equal(
            Every_state_and_command_of_a_node.Subtypes<PlacementCommand>(),
            _commands.Select(command => command(1).GetType()).ToHashSet()
        );
        foreach (var (name, events) in _states)
        {
            var state = events.Aggregate(Placement.Initial, Placement.Evolve);
            var answers = string.Join(
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
            Assert.True(_expected[name] == answers, $"{name}: expected {_expected[name]}, was {answers}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void in_any_order_and_number_never_gives_an_ended_attempt_anything(int seed)
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
