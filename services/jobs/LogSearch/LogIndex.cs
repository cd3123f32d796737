using Npgsql;
using Platform.EventStore;
using Platform.Jobs.Logs;

namespace Platform.Jobs.LogSearch;

/// <summary>What of a log has no index yet.</summary>
/// <param name="Range">From the last indexed line to the end; it has at least a byte.</param>
/// <param name="IsFinal">True when nothing is appended any more, so that the last line ends with the log.</param>
internal sealed record UnindexedLog(LogRange Range, bool IsFinal);

/// <summary>Up to where a log is indexed now.</summary>
/// <param name="Before">Up to where it was.</param>
/// <param name="Lines">How many lines are before that.</param>
internal sealed record IndexedLog(LogKey Log, long Before, long Offset, long Lines);

/// <summary>
/// The index of the lines of all logs: ranges of lines (<c>log_range</c>) in buckets (<c>log_bucket</c>), each with a signature.
/// Signatures of 256 buckets are folded into a group (<c>log_slice</c>): for each place the bits of all of them lie side by side, so that a search
/// reads a few rows of each group.
/// </summary>
internal sealed class LogIndex(JobsStore store)
{
    /// <summary>How many signatures a group has.</summary>
    public const int GroupBuckets = 256;

    /// <summary>How many places a row of <c>log_slice</c> has; it is short enough not to be stored apart.</summary>
    public const int SlicePlaces = 32;

    private const int StepRanges = 500;

    /// <summary>Reads which logs have lines without an index.</summary>
    /// <param name="command">Selects them as <see cref="UnindexedSql"/> does.</param>
    public static async Task<IReadOnlyList<UnindexedLog>> ReadUnindexedAsync(
        NpgsqlBatchCommand command,
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var logs = new List<UnindexedLog>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var log = new LogKey(reader.GetGuid(0), reader.GetInt32(1), reader.GetInt32(2));
            logs.Add(
                new UnindexedLog(
                    new LogRange(log, reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5) + 1),
                    reader.GetBoolean(6)
                )
            );
        }

        return logs;
    }

    /// <summary>SQL that selects what <see cref="ReadUnindexedAsync"/> reads.</summary>
    /// <param name="rest">Further conditions on <c>l</c> (log_state) and <c>s</c> (job_summary), and the order.</param>
    public static string UnindexedSql(string rest) =>
        $"""
            select l.job_id, l.attempt, l.rank, l.indexed_offset, l.next_offset, l.indexed_lines,
              l.complete or l.attempt < s.attempt or s.status in ('succeeded', 'failed', 'cancelled')
            from log_state l join job_summary s on s.job_id = l.job_id
            where l.is_unindexed and l.next_offset > l.indexed_offset {rest}
            """;

    /// <summary>SQL that sums up the bytes of all that <see cref="UnindexedSql"/> selects.</summary>
    public static string UnindexedBytesSql(string rest) =>
        $"""
            select coalesce(sum(l.next_offset - l.indexed_offset), 0)::bigint
            from log_state l join job_summary s on s.job_id = l.job_id
            where l.is_unindexed and l.next_offset > l.indexed_offset {rest}
            """;

    /// <summary>Stores buckets and up to where logs are indexed with them, both or neither.</summary>
    /// <returns>False when another process did the same, or a log was deleted: nothing is stored.</returns>
    public async Task<bool> TryWriteAsync(
        IReadOnlyList<LogBucket> buckets,
        IReadOnlyList<IndexedLog> logs,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await NotWaitAsync(connection, cancellationToken);
        if (await AdvanceAsync(connection, logs, cancellationToken) != logs.Count)
        {
            return false;
        }

        await using var batch = new NpgsqlBatch(connection);
        foreach (var (signature, ranges) in buckets)
        {
            batch.Add(
                """
                with bucket as (insert into log_bucket (signature) values ($1) returning bucket_id)
                insert into log_range (
                  job_id, attempt, rank, from_offset, to_offset, first_line, first_at, last_at, bucket_id)
                select u.*, bucket_id from bucket, unnest(
                  $2::uuid[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[],
                  $8::timestamptz[], $9::timestamptz[]) u
                """,
                signature,
                ranges.Select(range => range.Range.Log.JobId).ToArray(),
                ranges.Select(range => range.Range.Log.Attempt).ToArray(),
                ranges.Select(range => range.Range.Log.Rank).ToArray(),
                ranges.Select(range => range.Range.From).ToArray(),
                ranges.Select(range => range.Range.To).ToArray(),
                ranges.Select(range => range.Range.FirstLine).ToArray(),
                ranges.Select(range => range.FirstAt).ToArray(),
                ranges.Select(range => range.LastAt).ToArray()
            );
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Folds the signatures of the oldest buckets into a group, when there are enough.</summary>
    /// <returns>False when there are not.</returns>
    public async Task<bool> TryFoldAsync(CancellationToken cancellationToken)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await NotWaitAsync(connection, cancellationToken);
        var (buckets, group) = (new List<long>(), (LogGroup?)null);
        await using (var read = new NpgsqlBatch(connection))
        {
            read.Add(
                $"""
                select bucket_id, signature from log_bucket
                where signature is not null and (
                  select count(*) from (select from log_bucket where signature is not null limit {GroupBuckets}) s) = {GroupBuckets}
                order by bucket_id limit {GroupBuckets} for update
                """
            );
            await using var reader = await read.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                group ??= new LogGroup();
                group.Add(await reader.GetFieldValueAsync<byte[]>(1, cancellationToken), buckets.Count);
                buckets.Add(reader.GetInt64(0));
            }
        }

        if (group is null || buckets.Count < GroupBuckets)
        {
            return false;
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            insert into log_slice (group_id, slice, bits)
            select $1, u.n - 1, u.bits from unnest($2::bytea[]) with ordinality u (bits, n)
            """,
            // The first bucket's number is the group's.
            buckets[0],
            group.Slices
        );
        batch.Add(
            """
            update log_bucket b set group_id = $1, slot = u.n - 1, signature = null
            from unnest($2::bigint[]) with ordinality u (bucket_id, n) where b.bucket_id = u.bucket_id
            """,
            buckets[0],
            buckets.ToArray()
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>
    /// Deletes the index of a purged job's logs in steps, each of which leaves a whole index: buckets go with their last range, the
    /// signatures of a group with its last bucket.
    /// </summary>
    public async Task DeleteAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using (var batch = store.DataSource.CreateBatch())
        {
            // First, so that nothing of the job is indexed from now on.
            batch.Add("delete from log_state where job_id = $1", jobId);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        while (await DeleteStepAsync(jobId, cancellationToken)) { }
    }

    /// <summary>
    /// Does not wait for the disk: what a crash of the server takes away is indexed again, and those that append logs wait less.
    /// </summary>
    private static async Task NotWaitAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("set local synchronous_commit = off");
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<int> AdvanceAsync(
        NpgsqlConnection connection,
        IReadOnlyList<IndexedLog> logs,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            update log_state l set indexed_offset = u.indexed_offset, indexed_lines = u.lines,
              is_unindexed = l.next_offset > u.indexed_offset
            from unnest($1::uuid[], $2::int[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[])
              u (job_id, attempt, rank, before, indexed_offset, lines)
            where l.job_id = u.job_id and l.attempt = u.attempt and l.rank = u.rank and l.indexed_offset = u.before
            """,
            logs.Select(log => log.Log.JobId).ToArray(),
            logs.Select(log => log.Log.Attempt).ToArray(),
            logs.Select(log => log.Log.Rank).ToArray(),
            logs.Select(log => log.Before).ToArray(),
            logs.Select(log => log.Offset).ToArray(),
            logs.Select(log => log.Lines).ToArray()
        );
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>False when there was nothing left.</returns>
    private async Task<bool> DeleteStepAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        // One at a time: two that delete the last ranges of a bucket would each see the other's.
        batch.Add("lock table log_bucket in share row exclusive mode");
        batch.Add(
            $"""
            delete from log_range where ctid = any(array(
              select ctid from log_range where job_id = $1 limit {StepRanges}))
            returning bucket_id
            """,
            jobId
        );
        var emptied = await ReadIdsAsync(batch, cancellationToken);
        if (emptied.Count == 0)
        {
            return false;
        }

        await using var buckets = new NpgsqlBatch(connection);
        buckets.Add(
            """
            delete from log_bucket b where b.bucket_id = any($1)
              and not exists (select from log_range r where r.bucket_id = b.bucket_id)
            returning coalesce(group_id, 0)
            """,
            emptied.ToArray()
        );
        var groups = await ReadIdsAsync(buckets, cancellationToken);
        await using var slices = new NpgsqlBatch(connection);
        slices.Add(
            """
            delete from log_slice s where s.group_id = any($1)
              and not exists (select from log_bucket b where b.group_id = s.group_id)
            """,
            groups.ToArray()
        );
        await slices.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<HashSet<long>> ReadIdsAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var ids = new HashSet<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }

        return ids;
    }
}
