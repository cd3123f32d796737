using Npgsql;

namespace Platform.EventStore.Tests;

/// <summary>A migrated store in a database of its own.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private StoreFixture(TestDatabase database, CounterStore store)
    {
        _database = database;
        Store = store;
    }

    public CounterStore Store { get; }

    public string ConnectionString => _database.ConnectionString;

    public static async Task<StoreFixture> CreateAsync(Action<EventStoreOptions>? configure = null)
    {
        var database = await TestDatabase.CreateAsync();
        var options = Counters.Options();
        configure?.Invoke(options);
        var fixture = new StoreFixture(database, Open(database.ConnectionString, options));
        await fixture.Store.MigrateAsync();
        return fixture;
    }

    /// <summary>The store as another process would open it.</summary>
    public CounterStore OpenAgain(Action<EventStoreOptions>? configure = null)
    {
        var options = Counters.Options();
        configure?.Invoke(options);
        return Open(_database.ConnectionString, options);
    }

    public static CounterStore Open(string connectionString, EventStoreOptions options) =>
        new(options, EventStoreDataSource.Create(connectionString, options));

    /// <summary>One event into a stream, whatever its version, as Marten stores it.</summary>
    public static string AppendSql(string streamId) =>
        $$"""
            select counters.mt_quick_append_events('{{streamId}}', 'counter', '*DEFAULT*', array[gen_random_uuid()],
              array['counter_raised'], array['x'], array['{"by": 1}']::jsonb[], array[null]::bytea[], array[null]::varchar[],
              array[null]::varchar[], array[null]::jsonb[], array[now()])
            """;

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Store.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Store.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>All rows of a query as text, to compare tables.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var command = Store.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join(" | ", values.Select(v => v is DateTime d ? d.ToString("O") : v.ToString())));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _database.DisposeAsync();
    }
}
