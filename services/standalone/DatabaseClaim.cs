using Npgsql;
using Platform.EventStore;
using Platform.LocalServers;

namespace Platform.Standalone;

/// <summary>
/// Keeps a second platform from running on a database that was given to it: two would hand out the same jobs, each to its own
/// agent. The database gives the claim back when the connection ends, however it ends.
/// </summary>
internal sealed class DatabaseClaim(NpgsqlConnection connection) : IAsyncDisposable
{
    private const long Lock = 0x706C_6174_666F_726D;
    private const int KeepAliveSeconds = 30;

    /// <summary>Takes a database.</summary>
    /// <param name="report">Told that a database is waited for which does not answer yet.</param>
    /// <param name="limit">How long; as services wait for it unless told.</param>
    /// <exception cref="LocalServerException">Another platform runs on it.</exception>
    /// <exception cref="DatabaseRefusedException">It does not let this platform in.</exception>
    /// <exception cref="DatabaseUnreachableException">It did not answer in time.</exception>
    public static async Task<DatabaseClaim> TakeAsync(
        string connectionString,
        Action<string> report,
        CancellationToken cancellationToken,
        TimeSpan? limit = null
    )
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            KeepAlive = KeepAliveSeconds,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            var wait = new DatabaseWait(connectionString, report) { Limit = limit ?? DatabaseWait.DefaultLimit };
            await wait.UntilAsync(connection.OpenAsync, cancellationToken);
            await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({Lock})", connection);
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
            {
                return new DatabaseClaim(connection);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        throw new LocalServerException(
            $"Another platform runs on the database '{settings.Database}' of {settings.Host}. Stop that one first, or give this one a database of its own in ConnectionStrings__Platform. Nothing was changed."
        );
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
