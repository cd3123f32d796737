namespace Platform.EventStore.Tests;

[Trait("suite", "integration")]
public sealed class Appending : IAsyncLifetime
{
    private StoreFixture _fixture = null!;

    private CounterStore Store => _fixture.Store;

    public async Task InitializeAsync() => _fixture = await StoreFixture.CreateAsync();

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task stores_what_is_read_back()
    {
        var metadata = new EventMetadata(
            "job-1",
            "request-1",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["traceparent"] = "00-1-2-03" }
        );
        var version = await Store.AppendAsync(
            "a",
            "counter",
            ExpectedVersion.New,
            [new CounterOpened("Ä \"quoted\""), new CounterRaised(3)],
            metadata
        );

        var events = await Store.ReadStreamAsync("a");
        Assert.Equal(2, version);
        Assert.Equal([1L, 2L], events.Select(e => e.Version));
        Assert.Equal([1L, 2L], events.Select(e => e.Sequence));
        Assert.Equal(["counter_opened", "counter_raised"], events.Select(e => e.Type));
        Assert.Equal([new CounterOpened("Ä \"quoted\""), new CounterRaised(3)], events.Select(e => e.Data));
        Assert.All(
            events,
            e =>
            {
                Assert.Equal("job-1", e.Metadata.CorrelationId);
                Assert.Equal("request-1", e.Metadata.CausationId);
                Assert.Equal("00-1-2-03", e.Metadata.Headers!["traceparent"]);
                Assert.Equal("a", e.StreamId);
                Assert.InRange(
                    e.Timestamp,
                    TimeProvider.System.GetUtcNow().AddMinutes(-1),
                    TimeProvider.System.GetUtcNow()
                );
            }
        );
        Assert.Equal("counter", await _fixture.ScalarAsync<string>("select type from mt_streams where id = 'a'"));
        Assert.Equal(
            "Platform.EventStore.Tests.CounterRaised, Platform.EventStore.Tests",
            await _fixture.ScalarAsync<string>("select mt_dotnet_type from mt_events where seq_id = 2")
        );
    }

    [Fact]
    public async Task reads_absent_metadata_as_none()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));

        // Marten writes absent headers as JSON's null.
        Assert.Equal(
            1L,
            await _fixture.ScalarAsync<long>(
                "select count(*) from mt_events where headers = 'null' and correlation_id is null and causation_id is null"
            )
        );
        Assert.Equal(EventMetadata.None, Assert.Single(await Store.ReadStreamAsync("a")).Metadata);
    }

    [Fact]
    public async Task reads_a_stream_from_a_version_on()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1, 2, 3));

        Assert.Equal([2L, 3L], (await Store.ReadStreamAsync("a", fromVersion: 2)).Select(e => e.Version));
        Assert.Empty(await Store.ReadStreamAsync("none"));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(2, 3)]
    [InlineData(4, 3)]
    public async Task another_version_is_a_conflict_that_names_the_actual_one(long expected, long actual)
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1, 1, 1));

        var conflict = await Assert.ThrowsAsync<StreamVersionConflictException>(() =>
            Store.AppendAsync("a", "counter", ExpectedVersion.Exactly(expected), Counters.Raise(9))
        );

        Assert.Equal(("a", expected, actual), (conflict.StreamId, conflict.Expected, conflict.Actual));
        Assert.Equal(3, (await Store.ReadStreamAsync("a")).Count);
    }

    [Fact]
    public async Task a_stream_that_does_not_exist_is_at_version_0()
    {
        var conflict = await Assert.ThrowsAsync<StreamVersionConflictException>(() =>
            Store.AppendAsync("a", "counter", ExpectedVersion.Exactly(5), Counters.Raise(1))
        );

        Assert.Equal(0, conflict.Actual);
    }

    [Fact]
    public async Task a_conflict_burns_no_sequence_number()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));
        await Assert.ThrowsAsync<StreamVersionConflictException>(() =>
            Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1))
        );
        await Store.AppendAsync("b", "counter", ExpectedVersion.New, Counters.Raise(1));

        Assert.Equal(2, Assert.Single(await Store.ReadStreamAsync("b")).Sequence);
    }

    [Fact]
    public async Task an_archived_stream_takes_no_more_events()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));
        await _fixture.ExecuteAsync("update mt_streams set is_archived = true");

        foreach (var expected in new[] { ExpectedVersion.New, ExpectedVersion.Exactly(1) })
        {
            var refused = await Assert.ThrowsAsync<StreamArchivedException>(() =>
                Store.AppendAsync("a", "counter", expected, Counters.Raise(1))
            );
            Assert.Equal("a", refused.StreamId);
        }
    }

    [Fact]
    public async Task side_effects_are_stored_with_the_events_or_not_at_all()
    {
        await _fixture.ExecuteAsync("create table note (text varchar primary key)");
        void Note(Npgsql.NpgsqlBatch batch) => batch.Add("insert into note values ($1)", "once");

        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1), sideEffects: Note);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            Store.AppendAsync("b", "counter", ExpectedVersion.New, Counters.Raise(1), sideEffects: Note)
        );
        await Assert.ThrowsAsync<StreamVersionConflictException>(() =>
            Store.AppendAsync(
                "a",
                "counter",
                ExpectedVersion.New,
                Counters.Raise(1),
                sideEffects: batch => batch.Add("insert into note values ('twice')")
            )
        );

        Assert.Empty(await Store.ReadStreamAsync("b"));
        Assert.Equal(["once"], await _fixture.RowsAsync("select text from note"));
    }

    [Fact]
    public async Task needs_an_event_of_a_registered_type()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.AppendAsync("a", "counter", ExpectedVersion.New, []));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Store.AppendAsync("a", "counter", ExpectedVersion.New, ["a string"])
        );
    }

    /// <summary>A writer gives up after ten lost races. Each is won by another of these, so none loses more than nine.</summary>
    [Fact]
    public async Task ten_writers_of_one_stream_burn_no_number()
    {
        await Task.WhenAll(Enumerable.Range(1, 10).Select(i => Store.AppendAnywhereAsync("a", Counters.Raise(i, i))));

        var events = await Store.ReadStreamAsync("a");
        Assert.Equal(Enumerable.Range(1, 20).Select(v => (long)v), events.Select(e => e.Version));
        Assert.Equal(Enumerable.Range(1, 20).Select(s => (long)s), events.Select(e => e.Sequence));
    }

    [Fact]
    public async Task a_refused_append_leaves_nothing_of_martens_behind()
    {
        await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));
        await Assert.ThrowsAsync<StreamVersionConflictException>(() =>
            Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1))
        );
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            Store.AppendAsync(
                "b",
                "counter",
                ExpectedVersion.New,
                Counters.Raise(1),
                sideEffects: batch => batch.Add("select 1 / 0")
            )
        );

        // Marten writes its tombstones in the background, and waits for them when it is closed.
        await Store.DisposeAsync();

        var again = _fixture.OpenAgain();
        await using var command = again.DataSource.CreateCommand("select string_agg(id, ' ') from mt_streams");
        Assert.Equal("a", await command.ExecuteScalarAsync());
        await again.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task of_sixteen_writers_that_expect_one_version_one_wins(long expected)
    {
        if (expected == 1)
        {
            await Store.AppendAsync("a", "counter", ExpectedVersion.New, Counters.Raise(1));
        }

        var results = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => TryAppendAsync(ExpectedVersion.Exactly(expected)))
        );

        Assert.Single(results, r => r is null);
        Assert.All(results.OfType<StreamVersionConflictException>(), c => Assert.Equal(expected + 1, c.Actual));
        Assert.Equal(expected + 1, (await Store.ReadStreamAsync("a")).Count);
    }

    private async Task<StreamVersionConflictException?> TryAppendAsync(ExpectedVersion expected)
    {
        try
        {
            await Store.AppendAsync("a", "counter", expected, Counters.Raise(1));
            return null;
        }
        catch (StreamVersionConflictException conflict)
        {
            return conflict;
        }
    }
}
