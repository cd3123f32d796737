using System.Data;
using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// A right that one process of all has, for as long as its session lives: an advisory lock on a connection of its own. A dead
/// holder cannot keep it; that its late writes change nothing has to be seen to by what it writes (a progress row, a term).
/// </summary>
public sealed class SessionLock : IAsyncDisposable
{
    private SessionLock(NpgsqlConnection connection) => Connection = connection;

    /// <summary>The session that holds the lock; the holder's work is best done on it.</summary>
    public NpgsqlConnection Connection { get; }

    /// <param name="purpose">What it is for, such as <c>follow</c>; with the store's schema and the name it makes the key.</param>
    /// <returns>Null when another session holds it.</returns>
    public static async Task<SessionLock?> TryTakeAsync(
        EventStore store,
        string purpose,
        string name,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(store);
        var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var take = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection);
            take.Parameters.Add(new() { Value = AdvisoryLock.Key(purpose, store.Options.Schema, name) });
            if (await take.ExecuteScalarAsync(cancellationToken) is true)
            {
                return new SessionLock(connection);
            }
        }
        catch
        {
            await ReleaseAsync(connection);
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await ReleaseAsync(Connection);

    /// <summary>The pool resets no session, so it gets this one back as it was.</summary>
    private static async Task ReleaseAsync(NpgsqlConnection connection)
    {
        try
        {
            if (connection.FullState.HasFlag(ConnectionState.Open))
            {
                await using var command = new NpgsqlCommand(
                    "select pg_advisory_unlock_all(); reset synchronous_commit",
                    connection
                );
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (DatabaseFailures.IsUnreachable(e))
        {
            // The session is gone and its lock with it.
        }

        await connection.DisposeAsync();
    }
}
