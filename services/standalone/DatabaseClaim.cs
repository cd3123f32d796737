using Npgsql;
using Platform.LocalServers;

namespace Platform.Standalone;

/// <summary>
/// Keeps a second platform from running on a database that was given to it: two would hand out the same jobs, each to its own
/// agent. The database gives the claim back when the connection ends, however it ends.
/// </summary>
internal sealed class DatabaseClaim(NpgsqlConnection? connection) : IAsyncDisposable
{
    private const long Lock = 0x706C_6174_666F_726D;
    private const int KeepAliveSeconds = 30;

    /// <summary>Takes a database.</summary>
    /// <returns>No claim when the database does not answer yet: services wait for it.</returns>
    /// <exception cref="LocalServerException">Another platform runs on it.</exception>
    public static async Task<DatabaseClaim> TakeAsync(string connectionString, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            KeepAlive = KeepAliveSeconds,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({Lock})", connection);
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
            {
                return new DatabaseClaim(connection);
            }
        }
        catch (NpgsqlException)
        {
            await connection.DisposeAsync();
            return new DatabaseClaim(connection: null);
        }

        await connection.DisposeAsync();
        throw new LocalServerException(
            $"Another platform runs on the database '{settings.Database}' of {settings.Host}. Stop that one first, or give this one a database of its own in ConnectionStrings__Platform. Nothing was changed."
        );
    }

    public ValueTask DisposeAsync() => connection?.DisposeAsync() ?? ValueTask.CompletedTask;
}
