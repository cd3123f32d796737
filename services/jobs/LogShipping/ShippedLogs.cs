using Platform.Jobs.Logs;
using Platform.ServiceDefaults;

namespace Platform.Jobs.LogShipping;

/// <summary>How far a log was sent.</summary>
/// <param name="IsDone">True when all of it was sent and nothing can come after it.</param>
internal sealed record ShippedLog(LogKey Key, long Offset, bool IsDone);

/// <summary>Which logs have lines to send, and how far each was sent. Purged jobs have none.</summary>
internal sealed class ShippedLogs(JobsStore store)
{
    private const string FindSql = """
        select l.job_id, l.attempt, l.rank, l.shipped_offset, l.next_offset, l.is_final, s.name, s.project,
          case when l.attempt = s.attempt then (
            select n ->> 'nodeName' from jsonb_array_elements(s.nodes) n
            where coalesce((n ->> 'rank')::int, 0) = l.rank limit 1) end as node,
          case when l.attempt = s.attempt then s.ended_at end as ended_at,
          d.request_id
        from (
          select l.*, l.complete or l.attempt < s.attempt or s.status in ('succeeded', 'failed', 'cancelled') as is_final
          from log_state l join job_summary s on s.job_id = l.job_id
          where l.is_unshipped and (l.job_id, l.attempt, l.rank) > ($1, $2, $3)) l
        join job_summary s on s.job_id = l.job_id join job_spec d on d.job_id = l.job_id
        where l.next_offset > l.shipped_offset or l.is_final
        order by l.job_id, l.attempt, l.rank limit $4
        """;

    private const string MoveSql = """
        update log_state l
        set shipped_offset = greatest(l.shipped_offset, m.shipped_offset), is_unshipped = l.is_unshipped and not m.is_done
        from unnest($1::uuid[], $2::int[], $3::int[], $4::bigint[], $5::boolean[])
          as m (job_id, attempt, rank, shipped_offset, is_done)
        where l.job_id = m.job_id and l.attempt = m.attempt and l.rank = m.rank
        """;

    /// <summary>Finds logs after one, in the order of their keys.</summary>
    /// <returns>Each with its length and whether that is its last one.</returns>
    public async Task<IReadOnlyList<(LogToShip Log, long Length, bool IsFinal)>> FindAsync(
        LogKey after,
        int most,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(FindSql);
        command.Parameters.Add(new() { Value = after.JobId });
        command.Parameters.Add(new() { Value = after.Attempt });
        command.Parameters.Add(new() { Value = after.Rank });
        command.Parameters.Add(new() { Value = most });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var logs = new List<(LogToShip, long, bool)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = new LogKey(reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2));
            var log = new LogToShip(
                key,
                reader.GetInt64(3),
                reader.GetString(6),
                reader.GetString(7),
                reader.TextOrNull("node"),
                reader.ValueOrNull<DateTimeOffset>("ended_at"),
                reader.TextOrNull("request_id")
            );
            logs.Add((log, reader.GetInt64(4), reader.GetBoolean(5)));
        }

        return logs;
    }

    /// <summary>Notes how far logs were sent; none moves back.</summary>
    public async Task MoveAsync(IReadOnlyList<ShippedLog> logs, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(MoveSql);
        command.Parameters.Add(new() { Value = logs.Select(log => log.Key.JobId).ToArray() });
        command.Parameters.Add(new() { Value = logs.Select(log => log.Key.Attempt).ToArray() });
        command.Parameters.Add(new() { Value = logs.Select(log => log.Key.Rank).ToArray() });
        command.Parameters.Add(new() { Value = logs.Select(log => log.Offset).ToArray() });
        command.Parameters.Add(new() { Value = logs.Select(log => log.IsDone).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
