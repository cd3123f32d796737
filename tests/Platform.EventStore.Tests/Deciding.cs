namespace Platform.EventStore.Tests;

[Trait("suite", "integration")]
public sealed class Deciding : IAsyncLifetime
{
    private StoreFixture _fixture = null!;

    private CounterStore Store => _fixture.Store;

    public async Task InitializeAsync() => _fixture = await StoreFixture.CreateAsync();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task accepts_by_appending_and_answers_with_the_new_state()
    {
        var outcome = await Store.HandleAsync(
            Counters.Decider,
            "a",
            _ => Decision.Accept<CounterEvent>(new CounterOpened("first"), new CounterRaised(2))
        );

        Assert.True(outcome.IsAccepted);
        Assert.Equal((new Counter("first", 2), 2L), (outcome.State, outcome.Version));
        Assert.Equal(2, outcome.Events.Count);
        Assert.Equal((new Counter("first", 2), 2L), await Store.LoadAsync(Counters.Decider, "a"));
    }

    [Fact]
    public async Task does_nothing_for_a_repeat()
    {
        var outcome = await Store.HandleAsync(Counters.Decider, "a", _ => Decision.Nothing<CounterEvent>());

        Assert.True(outcome.IsAccepted);
        Assert.Equal((Counters.Decider.Initial, 0L), (outcome.State, outcome.Version));
        Assert.Empty(await Store.ReadStreamAsync("a"));
    }

    [Fact]
    public async Task refuses_with_the_deciders_reason_and_stores_nothing()
    {
        var outcome = await Store.HandleAsync(
            Counters.Decider,
            "a",
            _ => Decision.Refuse<CounterEvent>("counter.full", "It is full."),
            sideEffects: _ => Assert.Fail("A refusal has no side effects.")
        );

        Assert.Equal(new Refusal("counter.full", "It is full."), outcome.Refusal);
        Assert.Empty(await Store.ReadStreamAsync("a"));
    }

    [Fact]
    public async Task what_is_likely_new_is_not_read_first()
    {
        var seen = new List<Counter>();

        var outcome = await HandleLikelyNewAsync(seen, _ => Decision.Accept<CounterEvent>(new CounterOpened("first")));

        Assert.Equal((new Counter("first", 0), 1L), (outcome.State, outcome.Version));
        Assert.Equal([Counters.Decider.Initial], seen);
    }

    [Fact]
    public async Task what_is_likely_new_but_is_not_is_decided_on_what_there_is()
    {
        await Store.HandleAsync(Counters.Decider, "a", RaiseByOne);
        var seen = new List<Counter>();

        var outcome = await HandleLikelyNewAsync(
            seen,
            state => state.Value == 0 ? RaiseByOne(state) : Decision.Nothing<CounterEvent>()
        );

        Assert.Empty(outcome.Events);
        Assert.Equal((new Counter(null, 1), 1L), (outcome.State, outcome.Version));
        Assert.Equal([Counters.Decider.Initial, new Counter(null, 1)], seen);
    }

    [Fact]
    public async Task nothing_is_said_of_what_is_likely_new_before_it_was_read()
    {
        await Store.HandleAsync(Counters.Decider, "a", RaiseByOne);

        var outcome = await HandleLikelyNewAsync([], _ => Decision.Refuse<CounterEvent>("counter.full", "It is full."));

        Assert.Equal((new Counter(null, 1), 1L), (outcome.State, outcome.Version));
        Assert.Equal("counter.full", outcome.Refusal?.Code);
    }

    /// <summary>A writer gives up after ten lost races. Each is won by another of these, so none loses more than nine.</summary>
    [Fact]
    public async Task ten_writers_of_one_stream_all_get_their_turn()
    {
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => Store.HandleAsync(Counters.Decider, "a", RaiseByOne))
        );

        Assert.Equal(Enumerable.Range(1, 10).Select(v => (long)v), outcomes.Select(o => o.Version).Order());
        Assert.All(outcomes, o => Assert.Equal(o.Version, o.State.Value));
        Assert.Equal(10, (await Store.LoadAsync(Counters.Decider, "a")).State.Value);
    }

    [Fact]
    public async Task gives_up_with_the_conflict_when_others_are_quicker_every_time()
    {
        var (conflict, decisions) = await OvertakenAsync(ifVersion: null);

        Assert.Equal((9L, 10L), (conflict.Expected, conflict.Actual));
        Assert.Equal(10, decisions);
    }

    [Fact]
    public async Task another_version_than_the_caller_saw_is_a_conflict_without_a_decision()
    {
        await Store.HandleAsync(Counters.Decider, "a", RaiseByOne);
        await Store.HandleAsync(Counters.Decider, "a", RaiseByOne);

        var conflict = await Assert.ThrowsAsync<StreamVersionConflictException>(() =>
            Store.HandleAsync(
                Counters.Decider,
                "a",
                _ => throw new InvalidOperationException("There is nothing to decide."),
                ifVersion: 1
            )
        );

        Assert.Equal((1L, 2L), (conflict.Expected, conflict.Actual));
        Assert.Equal(3, (await Store.HandleAsync(Counters.Decider, "a", RaiseByOne, ifVersion: 2)).Version);
    }

    [Fact]
    public async Task a_conflict_after_the_callers_version_was_right_is_not_retried()
    {
        var (conflict, decisions) = await OvertakenAsync(ifVersion: 0);

        Assert.Equal(1, conflict.Actual);
        Assert.Equal(1, decisions);
    }

    [Fact]
    public async Task side_effects_share_the_appends_transaction()
    {
        await _fixture.ExecuteAsync("create table note (text varchar)");

        await Store.HandleAsync(
            Counters.Decider,
            "a",
            RaiseByOne,
            sideEffects: batch => batch.Add("insert into note select stream_id || version from mt_events")
        );

        Assert.Equal(["a1"], await _fixture.RowsAsync("select text from note"));
    }

    private Task<Outcome<Counter, CounterEvent>> HandleLikelyNewAsync(
        List<Counter> seen,
        Func<Counter, Decision<CounterEvent>> decide
    ) =>
        Store.HandleAsync(
            Counters.Decider,
            "a",
            state =>
            {
                seen.Add(state);
                return decide(state);
            },
            likelyNew: true
        );

    private static Decision<CounterEvent> RaiseByOne(Counter state) =>
        Decision.Accept<CounterEvent>(new CounterRaised(1));

    /// <summary>Raises while another writer is quicker every time.</summary>
    /// <returns>The conflict that it ends with, and how often it was decided.</returns>
    private async Task<(StreamVersionConflictException Conflict, int Decisions)> OvertakenAsync(long? ifVersion)
    {
        var decisions = 0;
        var conflict = await Assert.ThrowsAsync<StreamVersionConflictException>(() =>
            Store.HandleAsync(
                Counters.Decider,
                "a",
                state =>
                {
                    decisions++;
                    Overtake();
                    return RaiseByOne(state);
                },
                ifVersion: ifVersion
            )
        );
        return (conflict, decisions);
    }

    /// <summary>Another writer appends while this one decides; deciders are synchronous, so this is too.</summary>
    private void Overtake()
    {
        using var command = Store.DataSource.CreateCommand(StoreFixture.AppendSql("a"));
        command.ExecuteNonQuery();
    }
}
