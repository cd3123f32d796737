namespace Platform.EventStore.Tests;

[Trait("suite", "integration")]
public sealed class Reading_events : IAsyncLifetime
{
    private StoreFixture _fixture = null!;

    private CounterStore Store => _fixture.Store;

    public async Task InitializeAsync() => _fixture = await StoreFixture.CreateAsync();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task of_all_streams_gives_the_global_order_page_by_page()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1, 2));
        await Store.AppendAsync("b", "counter", ExpectedVersion.New, Counters.Raise(3));
        await Store.AppendAnywhereAsync("a", Counters.Raise(4));

        var first = await Store.ReadAllAsync(0, 3);
        var second = await Store.ReadAllAsync(first[^1].Sequence, 3);

        Assert.Equal(["a1", "a2", "b1"], first.Select(e => $"{e.StreamId}{e.Version}"));
        Assert.Equal(["a3"], second.Select(e => $"{e.StreamId}{e.Version}"));
        Assert.Empty(await Store.ReadAllAsync(4, 3));
    }

    [Fact]
    public async Task of_an_unknown_alias_is_a_clear_error()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));
        await _fixture.ExecuteAsync("update mt_events set type = 'counter_exploded', mt_dotnet_type = 'Gone, Gone'");

        var onStream = await Assert.ThrowsAsync<UnknownEventTypeException>(() => Store.ReadStreamAsync("a"));
        var inLog = await Assert.ThrowsAsync<EventFailedException>(() => Store.ReadAllAsync(0, 10));

        Assert.Equal("counter_exploded", onStream.Alias);
        Assert.Contains("counters", onStream.Message, StringComparison.Ordinal);
        Assert.Equal((1L, "counter_exploded", "a"), (inLog.Sequence, inLog.Type, inLog.StreamId));
        Assert.IsType<UnknownEventTypeException>(inLog.InnerException);
    }

    [Fact]
    public async Task before_an_unknown_alias_still_works()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1, 2, 3));
        await _fixture.ExecuteAsync("update mt_events set type = 'counter_exploded' where version = 3");

        Assert.Equal(2, (await Store.ReadAllAsync(0, 10)).Count);
        await Assert.ThrowsAsync<EventFailedException>(() => Store.ReadAllAsync(2, 10));
    }

    [Fact]
    public async Task turns_old_forms_into_the_new_one()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(5, 5));
        await _fixture.ExecuteAsync("update mt_events set type = 'counter_ticked', data = '{}' where version = 1");

        Assert.Equal(
            [new CounterRaised(1), new CounterRaised(5)],
            (await Store.ReadStreamAsync("a")).Select(e => e.Data)
        );
        Assert.Equal(6, (await Store.LoadAsync(Counters.Decider, "a")).State.Value);
    }

    [Fact]
    public async Task of_another_stream_type_into_a_decider_names_the_event()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));
        var other = new Decider<int, CounterOpened>("other", 0, (state, _) => state + 1);

        var failure = await Assert.ThrowsAsync<StreamOfAnotherKindException>(() => Store.LoadAsync(other, "a"));

        Assert.Contains("counter_raised", failure.Message, StringComparison.Ordinal);
    }
}
