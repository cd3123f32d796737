using Npgsql;
using Platform.EventStore;

namespace Platform.Jobs.LogSearch;

/// <summary>Reads the chunks of ranges.</summary>
internal static class LogChunks
{
    /// <summary>Chunks of before times were stored have the one at which their job was submitted.</summary>
    private const string Sql = """
        select w.n::int - 1, c.start_offset, c.bytes, coalesce(c.stored_at, w.submitted_at)
        from (
          select u.*, s.submitted_at
          from unnest($1::uuid[], $2::int[], $3::int[], $4::bigint[], $5::bigint[])
            with ordinality u (job_id, attempt, rank, from_offset, to_offset, n)
          join job_summary s on s.job_id = u.job_id) w
        cross join lateral (
          select start_offset, bytes, stored_at from log_chunk c
          where c.job_id = w.job_id and c.attempt = w.attempt and c.rank = w.rank
            and c.start_offset < w.to_offset
            and c.start_offset >= coalesce((
              select max(start_offset) from log_chunk x
              where x.job_id = w.job_id and x.attempt = w.attempt and x.rank = w.rank
                and x.start_offset <= w.from_offset), 0)
          order by c.start_offset) c
        order by w.n, c.start_offset
        """;

    /// <summary>Reads the lines of ranges, one range after the other.</summary>
    /// <param name="start">Called before a range, with its place in the list; what it gives gets the range's chunks.</param>
    /// <param name="end">Called after a range that has chunks.</param>
    public static async Task ReadAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LogRange> ranges,
        Func<int, LogRangeLines> start,
        Action<int, LogRangeLines> end,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            Sql,
            ranges.Select(range => range.Log.JobId).ToArray(),
            ranges.Select(range => range.Log.Attempt).ToArray(),
            ranges.Select(range => range.Log.Rank).ToArray(),
            ranges.Select(range => range.From).ToArray(),
            ranges.Select(range => range.To).ToArray()
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var (current, lines) = (-1, (LogRangeLines?)null);
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = reader.GetInt32(0);
            if (lines is null || place != current)
            {
                End();
                (current, lines) = (place, start(place));
            }

            var bytes = await reader.GetFieldValueAsync<byte[]>(2, cancellationToken);
            var at = await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellationToken);
            lines.Add(reader.GetInt64(1), bytes, at);
        }

        End();

        void End()
        {
            if (lines is not null)
            {
                end(current, lines);
            }
        }
    }
}
