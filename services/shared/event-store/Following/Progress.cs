using System.Diagnostics;
using Npgsql;

namespace Platform.EventStore;

/// <summary>How far projections and subscriptions are: the rows of <c>mt_event_progression</c>.</summary>
internal sealed class Progress(EventStore store)
{
    /// <summary>Moves a row from floor to ceiling; fails when another leader moved it.</summary>
    public const string MoveSql = "select move_progress($1, $2, $3)";

    private const string NewestSql = "select coalesce(max(seq_id), 0) from mt_events";

    private const string ReadSql = "select last_seq_id from mt_event_progression where name = $1";

    private static readonly TimeSpan CheckEvery = TimeSpan.FromMilliseconds(5);

    /// <summary>Reads a follower's position; a new one starts before the first event.</summary>
    public static async Task<long> ReadOrStartAsync(
        NpgsqlConnection connection,
        string name,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("insert into mt_event_progression (name, last_seq_id) values ($1, 0) on conflict do nothing", name);
        batch.Add(ReadSql, name);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(0);
    }

    public async Task WaitAsync(string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (IsNamed(store.Options.InlineProjections, name))
        {
            return;
        }

        var target = await ScalarAsync(NewestSql, null, cancellationToken);
        for (var watch = Stopwatch.StartNew(); ; )
        {
            var reached = await ScalarAsync(ReadSql, name, cancellationToken);
            if (reached >= target)
            {
                return;
            }

            if (watch.Elapsed > timeout)
            {
                throw new TimeoutException(
                    $"'{name}' of schema '{store.Options.Schema}' is at {reached} of {target} after {timeout.TotalSeconds:0.#} s."
                );
            }

            await Task.Delay(CheckEvery, cancellationToken);
        }
    }

    private static bool IsNamed(IEnumerable<SqlProjection> projections, string name) =>
        projections.Any(p => string.Equals(p.Name, name, StringComparison.Ordinal));

    private async Task<long> ScalarAsync(string sql, string? name, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(sql);
        if (name is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        }

        return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
    }
}
