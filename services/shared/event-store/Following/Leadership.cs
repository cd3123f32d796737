using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// The right to follow the log under one name: a session-level advisory lock on a connection of its own. It ends with the
/// session, so a dead leader cannot keep it; that its late writes change nothing is the progress row's doing.
/// </summary>
internal sealed class Leadership : IAsyncDisposable
{
    private Leadership(NpgsqlConnection connection) => Connection = connection;

    /// <summary>The session that holds the lock; the leader reads the log and moves its progress on it.</summary>
    public NpgsqlConnection Connection { get; }

    /// <returns>Null when another session leads.</returns>
    public static async Task<Leadership?> TryTakeAsync(
        EventStore store,
        string name,
        CancellationToken cancellationToken
    )
    {
        var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            var key = AdvisoryLock.Key("follow", store.Options.Schema, name);
            await using var batch = new NpgsqlBatch(connection);
            batch.Add("select pg_try_advisory_lock($1)", key);
            // A follower's commits need not reach the disk at once: one that is lost goes back with its progress and comes again.
            batch.Add("set synchronous_commit to off");
            if (await batch.ExecuteScalarAsync(cancellationToken) is true)
            {
                return new Leadership(connection);
            }

            await ReleaseAsync(connection);
            return null;
        }
        catch
        {
            await ReleaseAsync(connection);
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await ReleaseAsync(Connection);

    /// <summary>The pool resets no session, so it gets this one back as it was.</summary>
    private static async Task ReleaseAsync(NpgsqlConnection connection)
    {
        try
        {
            if (connection.FullState.HasFlag(System.Data.ConnectionState.Open))
            {
                await using var batch = new NpgsqlBatch(connection);
                batch.Add("select pg_advisory_unlock_all()");
                batch.Add("reset synchronous_commit");
                await batch.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (DatabaseFailures.IsUnreachable(e))
        {
            // The session is gone and its lock with it.
        }

        await connection.DisposeAsync();
    }
}
