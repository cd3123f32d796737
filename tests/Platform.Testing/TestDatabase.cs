using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Testing;

/// <summary>A database of its own on the real PostgreSQL server that <c>./platform test</c> starts; dropped at the end.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Dictionary<string, Task<TestDatabase>> _migrated = new(StringComparer.Ordinal);

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
    public static Task<TestDatabase> CreateAsync() => CreateAsync("");

    /// <summary>
    /// Creates a database that a service has migrated: a copy, since a service's migrations take longer than most tests.
    /// </summary>
    /// <param name="service">The service's name.</param>
    /// <param name="add">Registers the service with its event store, as its host does.</param>
    public static async Task<TestDatabase> CreateMigratedAsync(string service, Action<WebApplicationBuilder> add)
    {
        Task<TestDatabase>? template;
        lock (_migrated)
        {
            if (!_migrated.TryGetValue(service, out template))
            {
                _migrated[service] = template = MigrateAsync(service, add);
            }
        }

        return await CreateAsync($"template {(await template)._name} strategy file_copy");
    }

    private static async Task<TestDatabase> MigrateAsync(string service, Action<WebApplicationBuilder> add)
    {
        var database = await CreateAsync();
        // A database is copied only while nobody is connected to it.
        var builder = PlatformService.CreateBuilder(
            [SignedIn.Setting, $"--ConnectionStrings:Platform={database.ConnectionString};Pooling=false"],
            service
        );
        add(builder);
        await using var app = builder.Build();
        await app.Services.GetRequiredService<EventStore.EventStore>().MigrateAsync();
        return database;
    }

    private static async Task<TestDatabase> CreateAsync(string options)
    {
        var database = new TestDatabase($"test_{Guid.CreateVersion7():N}");
        await database.OnServerAsync($"create database {database._name} {options}");
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
