namespace Platform.EventStore.Tests;

[Trait("suite", "integration")]
public sealed class Keeping_snapshots : IAsyncLifetime
{
    private static readonly Decider<Counter, CounterEvent> Decider = WithSchema("v1");

    private StoreFixture _fixture = null!;

    private CounterStore Store => _fixture.Store;

    public async Task InitializeAsync()
    {
        _fixture = await StoreFixture.CreateAsync();
        for (var i = 0; i < 25; i++)
        {
            await RaiseAsync(Decider);
        }
    }

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task Stores_one_each_time_the_distance_is_passed() =>
        Assert.Equal(
            ["""a | v1 | 20 | {"name": null, "value": 20}"""],
            await _fixture.RowsAsync("select stream_id, schema, version, data::text from snapshot")
        );

    [Fact]
    public async Task Loads_the_snapshot_and_the_events_after_it()
    {
        Assert.Equal((new Counter(null, 25), 25L), await Store.LoadAsync(Decider, "a"));

        // Seen only if the snapshot is what is read.
        await _fixture.ExecuteAsync("""update snapshot set data = '{"name": "kept", "value": 1000}'""");
        Assert.Equal((new Counter("kept", 1005), 25L), await Store.LoadAsync(Decider, "a"));
        Assert.Equal((new Counter(null, 25), 25L), await Store.LoadAsync(Counters.Decider, "a"));
    }

    [Fact]
    public async Task Ignores_snapshots_of_another_shape()
    {
        await _fixture.ExecuteAsync("""update snapshot set data = '{"name": "old", "value": 1000}'""");
        var next = WithSchema("v2");

        Assert.Equal((new Counter(null, 25), 25L), await Store.LoadAsync(next, "a"));
        for (var i = 0; i < 5; i++)
        {
            await RaiseAsync(next);
        }

        Assert.Equal(
            ["v1 | 20", "v2 | 30"],
            await _fixture.RowsAsync("select schema, version from snapshot order by schema")
        );
    }

    private static Decider<Counter, CounterEvent> WithSchema(string schema) =>
        Counters.Decider with
        {
            Snapshots = new SnapshotPolicy<Counter>(10, schema, CounterJson.Default.Counter),
        };

    private async Task RaiseAsync(Decider<Counter, CounterEvent> decider) =>
        await Store.HandleAsync(decider, "a", _ => Decision.Accept<CounterEvent>(new CounterRaised(1)));
}
