using System.Globalization;
using Npgsql;

namespace Platform.Nodes.Placements;

/// <summary>
/// The right to place: one process of all that run this service holds it. A session lock says who; the term fences off a
/// leader whose session broke without its noticing, because grants made in an older term fail in the database.
/// </summary>
internal sealed class Leadership : IAsyncDisposable
{
    /// <summary>The SQL state of a grant made in a term that is over.</summary>
    public const string Superseded = "PN001";

    private readonly NpgsqlConnection _session;

    private Leadership(NpgsqlConnection session, long term) => (_session, Term) = (session, term);

    public long Term { get; }

    /// <summary>Takes the lead if nobody has it.</summary>
    /// <returns>Null when another process leads.</returns>
    public static async Task<Leadership?> TryTakeAsync(NodesStore store, CancellationToken cancellationToken)
    {
        var session = await store.DataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var tryLock = new NpgsqlCommand(
                "select pg_try_advisory_lock(hashtextextended(current_schema() || ':placer', 0))",
                session
            );
            if (await tryLock.ExecuteScalarAsync(cancellationToken) is not true)
            {
                await session.DisposeAsync();
                return null;
            }

            await using var nextTerm = new NpgsqlCommand(
                "update placer_term set term = term + 1 returning term",
                session
            );
            var term = Convert.ToInt64(
                await nextTerm.ExecuteScalarAsync(cancellationToken),
                CultureInfo.InvariantCulture
            );
            return new Leadership(session, term);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns only by an exception: cancelled, or the session is gone and with it the lead.</summary>
    public async Task HoldAsync(TimeSpan poll, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(poll, clock, cancellationToken);
            await using var ping = new NpgsqlCommand("select 1", _session);
            await ping.ExecuteScalarAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // The session goes back to the pool, and the lock must not go with it.
            await using var unlock = new NpgsqlCommand("select pg_advisory_unlock_all()", _session);
            await unlock.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The session is gone, and the lock with it.
        }

        await _session.DisposeAsync();
    }
}
