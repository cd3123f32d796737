using Npgsql;
using Platform.EventStore;
using Platform.Messaging.Sagas;

namespace Platform.Messaging.Tests;

/// <summary>A service's store on a database of its own.</summary>
internal sealed class TestStore(EventStoreOptions options, NpgsqlDataSource dataSource)
    : EventStore.EventStore(options, dataSource);

/// <summary>A database that holds what messaging keeps in a service's schema.</summary>
internal sealed class MessagingDatabase : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private MessagingDatabase(TestDatabase database)
    {
        _database = database;
        DataSource = NpgsqlDataSource.Create(database.ConnectionString);
        Store = new TestStore(new EventStoreOptions("public"), DataSource);
    }

    public NpgsqlDataSource DataSource { get; }

    public TestStore Store { get; }

    public static async Task<MessagingDatabase> CreateAsync()
    {
        var database = new MessagingDatabase(await TestDatabase.CreateAsync());
        await database.ExecuteAsync(SagaTable.Migration.Sql);
        return database;
    }

    public async Task<int> ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<T?> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter as NpgsqlParameter ?? new() { Value = parameter });
        }

        return command;
    }
}
