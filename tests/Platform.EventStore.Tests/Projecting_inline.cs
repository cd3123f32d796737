namespace Platform.EventStore.Tests;

[Trait("suite", "integration")]
public sealed class Projecting_inline : IAsyncLifetime
{
    private const string Rows = "select * from counter_value order by id";

    private StoreFixture _fixture = null!;

    private CounterStore Store => _fixture.Store;

    public async Task InitializeAsync() =>
        _fixture = await StoreFixture.CreateAsync(options =>
        {
            var values = new CounterValues();
            options.InlineProjections.Add(values);
            options.Migrations.Add(values.Migration);
        });

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task shows_a_writer_its_own_write()
    {
        await Store.AppendAsync(
            "a",
            "counter",
            ExpectedVersion.New,
            [new CounterOpened("first"), new CounterRaised(3)]
        );
        await Store.AppendAsync("a", "counter", ExpectedVersion.Exactly(2), Counters.Raise(4));

        Assert.Equal(
            ["a | first | 7 | 3 | 3 | 0"],
            await _fixture.RowsAsync("select id, name, value, version, changes, last_sequence from counter_value")
        );
    }

    [Fact]
    public async Task knows_the_version()
    {
        await Store.AppendAnywhereAsync("a", Counters.Raise(1, 1));
        await Store.AppendAnywhereAsync("a", Counters.Raise(1));

        Assert.Equal(3L, await _fixture.ScalarAsync<long>("select version from counter_value"));
    }

    [Fact]
    public async Task projects_nothing_of_an_append_that_failed()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));
        await Assert.ThrowsAsync<StreamVersionConflictException>(() =>
            Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1))
        );
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            Store.AppendAsync(
                "a",
                "counter",
                ExpectedVersion.Exactly(1),
                Counters.Raise(1),
                sideEffects: batch => batch.Add("select 1 / 0")
            )
        );

        Assert.Equal(["1 | 1"], await _fixture.RowsAsync("select value, version from counter_value"));
        Assert.Single(await Store.ReadStreamAsync("a"));
    }

    [Fact]
    public async Task is_caught_up_by_its_nature()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));

        await Store.WaitUntilCaughtUpAsync("counter_value:v1", TimeSpan.Zero);
    }

    [Fact]
    public async Task rebuilds_to_identical_rows()
    {
        await WriteAsync();
        var before = await _fixture.RowsAsync(Rows);
        await _fixture.ExecuteAsync(
            "update counter_value set value = -1, changed_at = now(); insert into counter_value values ('stale', null, 1, 1, 1, 1, now())"
        );

        var replayed = await Store.RebuildAsync("counter_value:v1");

        Assert.Equal(120, replayed);
        Assert.Equal(20, before.Count);
        Assert.Equal(before, await _fixture.RowsAsync(Rows));
    }

    [Fact]
    public async Task rebuilds_correctly_while_others_append()
    {
        await WriteAsync();
        using var rebuilt = new CancellationTokenSource();
        var writers = Enumerable
            .Range(0, 4)
            .Select(i =>
                Task.Run(async () =>
                {
                    while (!rebuilt.IsCancellationRequested)
                    {
                        await Store.AppendAnywhereAsync($"stream-{i}", Counters.Raise(1));
                    }
                })
            )
            .ToList();

        for (var i = 0; i < 5; i++)
        {
            await Store.RebuildAsync("counter_value:v1");
        }

        await rebuilt.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal(
            await _fixture.RowsAsync(
                "select stream_id, count(*), max(version) from mt_events group by stream_id order by stream_id"
            ),
            await _fixture.RowsAsync("select id, changes, version from counter_value order by id")
        );
    }

    [Fact]
    public async Task rebuilding_what_does_not_exist_names_what_does()
    {
        var failure = await Assert.ThrowsAsync<ArgumentException>(() => Store.RebuildAsync("nothing"));

        Assert.Contains("counter_value:v1", failure.Message, StringComparison.Ordinal);
    }

    private async Task WriteAsync()
    {
        Store.Options.PageSize = 7;
        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(async i =>
                {
                    await Store.AppendAsync(
                        $"stream-{i}",
                        "counter",
                        ExpectedVersion.New,
                        [new CounterOpened($"n{i}")]
                    );
                    await Store.AppendAnywhereAsync($"stream-{i}", Counters.Raise(i, 1, 2));
                    await Store.AppendAsync($"stream-{i}", "counter", ExpectedVersion.Exactly(4), Counters.Raise(3, 4));
                })
        );
    }
}
