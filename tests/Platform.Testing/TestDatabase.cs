using Npgsql;

namespace Platform.Testing;

/// <summary>A database of its own on the real PostgreSQL server that <c>./platform test</c> starts; dropped at the end.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _name;

    private TestDatabase(string name) => _name = name;

    /// <summary>Connects to the new database.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(Server) { Database = _name, ApplicationName = _name }.ConnectionString;

    private static string Server =>
        Environment.GetEnvironmentVariable("PLATFORM_TEST_POSTGRES")
        ?? throw new InvalidOperationException(
            "PLATFORM_TEST_POSTGRES is not set. Run the tests with ./platform test, or point it at a PostgreSQL server whose user may create databases."
        );

    /// <summary>Creates an empty database.</summary>
    public static async Task<TestDatabase> CreateAsync()
    {
        var database = new TestDatabase($"test_{Guid.CreateVersion7():N}");
        await database.OnServerAsync($"create database {database._name}");
        return database;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await OnServerAsync($"drop database if exists {_name} with (force)");

    private async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(Server) { Database = "postgres", Pooling = false }.ConnectionString
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
