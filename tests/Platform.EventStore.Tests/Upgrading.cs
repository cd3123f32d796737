using Npgsql;

namespace Platform.EventStore.Tests;

/// <summary>Starts on a schema of release 0.1.0, of a newer release, or of which Marten's part is incomplete.</summary>
[Trait("suite", "integration")]
public sealed class Upgrading : IAsyncLifetime
{
    // Marten makes the time of creation the default of mt_events.timestamp; it never uses the default.
    private const string Schema = """
        select format('%s.%s %s %s', table_name, column_name, data_type, column_default) from information_schema.columns
         where table_schema = 'counters' and not (table_name = 'mt_events' and column_name = 'timestamp')
        union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'counters'::regnamespace
        union all select indexdef from pg_indexes where schemaname = 'counters'
        union all select name from counters.migration
        order by 1
        """;

    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _source = EventStoreDataSource.Create(_database.ConnectionString, Counters.Options());
        await ExecuteAsync(
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "release-0.1.0.sql"))
                + "reset search_path;"
        );
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task reads_what_the_earlier_release_stored()
    {
        await using var store = await MigrateAsync();

        var events = await store.ReadStreamAsync("a");

        Assert.Equal([new CounterOpened("first"), new CounterRaised(2)], events.Select(e => e.Data));
        Assert.Equal((1L, 1L, "counter_opened"), (events[0].Sequence, events[0].Version, events[0].Type));
        Assert.Equal(
            new DateTimeOffset(2026, 5, 1, 10, 0, 0, TimeSpan.Zero).AddMicroseconds(123456),
            events[0].Timestamp
        );
        Assert.Equal(("job-1", "request-1"), (events[0].Metadata.CorrelationId, events[0].Metadata.CausationId));
        Assert.Equal("00-1-2-03", events[0].Metadata.Headers!["traceparent"]);
        var ticked = Assert.Single(await store.ReadStreamAsync("b"));
        Assert.Equal(new CounterRaised(1), ticked.Data);
        Assert.Equal(EventMetadata.None, ticked.Metadata);
        Assert.Equal([1L, 2L, 3L], (await store.ReadAllAsync(0, 10)).Select(e => e.Sequence));
    }

    [Fact]
    public async Task goes_on_in_the_same_streams_and_rebuilds_the_same_rows()
    {
        const string Rows =
            "select id, name, value, version, changes, last_sequence, changed_at from counter_value order by id";
        await using var store = await MigrateAsync();
        var before = await RowsAsync(Rows);

        await store.RebuildAsync("counter_value:v1");
        Assert.Equal(before, await RowsAsync(Rows));

        await store.AppendAsync("a", "counter", ExpectedVersion.Exactly(2), Counters.Raise(5));
        Assert.Equal((new Counter("first", 7), 3L), await store.LoadAsync(Counters.Decider, "a"));
        Assert.Equal(4L, (await store.ReadAllAsync(3, 10)).Single().Sequence);
    }

    [Fact]
    public async Task leaves_nothing_of_what_marten_replaced()
    {
        await using var store = await MigrateAsync();

        Assert.Empty(
            await RowsAsync(
                """
                select proname::text from pg_proc where proname = 'append_events'
                union all select tablename::text from pg_tables where schemaname = 'counters' and tablename = 'snapshot'
                """
            )
        );
    }

    [Fact]
    public async Task ends_with_the_schema_that_a_new_installation_gets()
    {
        await using (await MigrateAsync()) { }

        var upgraded = (await RowsAsync(Schema)).Where(row =>
            !row.StartsWith("event_store_00", StringComparison.Ordinal)
        );
        await ExecuteAsync("drop schema counters cascade");
        await using (await MigrateAsync()) { }

        var created = (await RowsAsync(Schema)).Where(row =>
            !row.StartsWith("event_store_00", StringComparison.Ordinal)
        );
        Assert.Equal(created, upgraded);
    }

    [Theory]
    [InlineData("drop function mt_quick_append_events")]
    [InlineData("drop table mt_event_progression cascade")]
    [InlineData("alter table mt_events drop column causation_id")]
    [InlineData("drop index pk_mt_events_stream_and_version")]
    public async Task completes_what_is_missing_of_martens_part(string damage)
    {
        await using (await MigrateAsync()) { }

        var complete = await RowsAsync(Schema);
        await ExecuteAsync(damage);

        await using var store = await MigrateAsync();

        Assert.Equal(complete, await RowsAsync(Schema));
        await store.AppendAsync("a", "counter", ExpectedVersion.Exactly(2), Counters.Raise(5));
        Assert.Equal(3, (await store.ReadStreamAsync("a")).Count);
    }

    [Fact]
    public async Task refuses_what_it_cannot_complete_and_changes_nothing()
    {
        // Without its key an event lost its stream, so that the key cannot be put back.
        await ExecuteAsync(
            "alter table mt_events drop constraint fkey_mt_events_stream_id; delete from mt_streams where id = 'b'"
        );
        var before = await RowsAsync(Schema);

        var refused = await Assert.ThrowsAsync<SchemaRefusedException>(async () => await MigrateAsync());

        Assert.Contains("'counters'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("mt_events", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await RowsAsync(Schema));
    }

    [Fact]
    public async Task refuses_a_newer_release_and_changes_nothing()
    {
        await ExecuteAsync("insert into migration (name) values ('999_of_tomorrow')");
        var before = await RowsAsync(Schema);

        var refused = await Assert.ThrowsAsync<SchemaRefusedException>(async () => await MigrateAsync());

        Assert.Contains("newer release", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'999_of_tomorrow'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await RowsAsync(Schema));
    }

    private async Task<CounterStore> MigrateAsync()
    {
        var values = new CounterValues();
        var options = Counters.Options();
        options.InlineProjections.Add(values);
        options.Migrations.Add(values.Migration);
        var store = StoreFixture.Open(_database.ConnectionString, options);
        try
        {
            await store.MigrateAsync();
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join(" | ", values));
        }

        return rows;
    }
}
