using System.Diagnostics;
using Npgsql;

namespace Platform.EventStore;

/// <summary>
/// Reads the log in global order without ever passing an event that may still appear. A writer has its xid before it
/// draws a number. So when a number is missing below a visible row, its transaction's xid lies below a fence that is drawn
/// after the row was seen; once every transaction below the fence has ended, the number is decided: what is absent then was
/// rolled back. No time limit is involved, and without a gap there is one statement and no waiting.
/// </summary>
/// <param name="mark">The last sequence that was read; decided, because a reader passed it.</param>
internal sealed class LogReader(EventStoreOptions options, HighWater highWater, long mark)
{
    private const string PageSql = $"""
        select {EventRow.Columns}, pg_snapshot_xmin(pg_current_snapshot())
          from mt_events where seq_id > $1 order by seq_id limit $2
        """;

    private Gap? _gap;

    /// <summary>The last sequence that was read.</summary>
    public long Mark { get; private set; } = mark;

    /// <summary>How long a gap has been holding this reader; null when none does.</summary>
    public TimeSpan? HeldFor => _gap is { } gap ? Stopwatch.GetElapsedTime(gap.SeenAt) : null;

    /// <summary>Reads on; an empty page means there is nothing more, or nothing that is decided.</summary>
    public async Task<IReadOnlyList<StoredEvent>> ReadAsync(
        NpgsqlConnection connection,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var decided = highWater.Mark;
        var (rows, oldestRunning) = await ReadRowsAsync(connection, limit, cancellationToken);
        if (rows.Count == 0)
        {
            return [];
        }

        if (_gap is { } gap && oldestRunning >= gap.Fence)
        {
            decided = Math.Max(decided, gap.Ceiling);
            _gap = null;
        }

        var count = CountDecided(rows, decided, out var holes);
        if (count < rows.Count && _gap is null)
        {
            _gap = new Gap(
                rows[^1].Sequence,
                await DrawFenceAsync(connection, cancellationToken),
                Stopwatch.GetTimestamp()
            );
        }

        if (holes.Count > 0)
        {
            await RecordHolesAsync(connection, holes, cancellationToken);
        }

        if (count > 0 && rows[count - 1].Sequence >= _gap?.Ceiling)
        {
            _gap = null;
        }

        var page = Deserialize(rows, count);
        if (page.Count > 0)
        {
            Mark = page[^1].Sequence;
            highWater.RaiseTo(Mark);
        }

        return page;
    }

    private async Task<(List<EventRow> Rows, ulong OldestRunning)> ReadRowsAsync(
        NpgsqlConnection connection,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<EventRow>();
        var oldestRunning = 0UL;
        await using var command = new NpgsqlCommand(PageSql, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Mark });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(EventRow.Read(reader));
            oldestRunning = await reader.GetFieldValueAsync<ulong>(EventRow.ColumnCount, cancellationToken);
        }

        return (rows, oldestRunning);
    }

    private int CountDecided(List<EventRow> rows, long decided, out List<(long Start, long End)> holes)
    {
        holes = [];
        var last = Mark;
        var count = 0;
        foreach (var row in rows)
        {
            if (row.Sequence != last + 1)
            {
                if (row.Sequence > decided)
                {
                    break;
                }

                holes.Add((last + 1, row.Sequence - 1));
            }

            last = row.Sequence;
            count++;
        }

        return count;
    }

    /// <summary>Events before one that cannot be read are delivered; that one fails the next page.</summary>
    /// <exception cref="EventFailedException">The first event cannot be read.</exception>
    private List<StoredEvent> Deserialize(List<EventRow> rows, int count)
    {
        var page = new List<StoredEvent>(count);
        for (var i = 0; i < count; i++)
        {
            try
            {
                page.Add(rows[i].ToStored(options));
            }
            catch (Exception e)
            {
                return i > 0 ? page : throw rows[i].Failed($"Reading the log of schema '{options.Schema}'", e);
            }
        }

        return page;
    }

    private static async Task<ulong> DrawFenceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_current_xact_id()", connection);
        return (ulong)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task RecordHolesAsync(
        NpgsqlConnection connection,
        List<(long Start, long End)> holes,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            insert into mt_high_water_skips (ending_sequence, starting_sequence)
            select * from unnest($1, $2) on conflict do nothing
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. holes.Select(h => h.End)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. holes.Select(h => h.Start)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <param name="Ceiling">The highest row seen with the gap.</param>
    /// <param name="Fence">An xid drawn after that row was seen.</param>
    private sealed record Gap(long Ceiling, ulong Fence, long SeenAt);
}
