using System.Globalization;
using Npgsql;
using Platform.EventStore;

namespace Platform.Nodes.Leading;

/// <summary>
/// The leadership of the scheduler: one process of all that run this service holds it, by a session lock. The term
/// fences off a leader that has not noticed that its session broke: grants made in an older term fail in the database.
/// </summary>
internal sealed class Leadership : IAsyncDisposable
{
    /// <summary>The SQL state of a grant made in an older term.</summary>
    public const string Superseded = "PN001";

    // A leader that does not know that its session broke does no harm: the term fences it off.
    private static readonly TimeSpan _checkEvery = TimeSpan.FromSeconds(5);

    private readonly SessionLock _lock;

    private Leadership(SessionLock sessionLock, long term) => (_lock, Term) = (sessionLock, term);

    public long Term { get; }

    /// <summary>Takes the leadership if no other process has it.</summary>
    /// <returns>Null when another process leads.</returns>
    public static async Task<Leadership?> TryTakeAsync(NodesStore store, CancellationToken cancellationToken)
    {
        if (await SessionLock.TryTakeAsync(store, "lead", "scheduler", cancellationToken) is not { } taken)
        {
            return null;
        }

        try
        {
            await using var nextTerm = new NpgsqlCommand(
                "update scheduler_term set term = term + 1 returning term",
                taken.Connection
            );
            var term = await nextTerm.ExecuteScalarAsync(cancellationToken);
            return new Leadership(taken, Convert.ToInt64(term, CultureInfo.InvariantCulture));
        }
        catch
        {
            await taken.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends only with an exception: cancelled, or the session broke and the leadership is lost.</summary>
    public async Task HoldAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_checkEvery, clock, cancellationToken);
            await using var ping = new NpgsqlCommand("select 1", _lock.Connection);
            await ping.ExecuteScalarAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _lock.DisposeAsync();
}
