using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Logs;

/// <summary>The result of an append.</summary>
internal enum LogAppendResult
{
    Stored,

    /// <summary>The bytes do not begin at the stored offset.</summary>
    OffsetMismatch,

    /// <summary>The attempt is not the placed one.</summary>
    Fenced,
    NoSuchJob,

    /// <summary>The attempt has no process of that number.</summary>
    NoSuchRank,
}

/// <summary>Whose log it is.</summary>
/// <param name="Rank">The process of the attempt; 0 for a job of one process.</param>
internal sealed record LogKey(Guid JobId, int Attempt, int Rank);

/// <summary>A part of a log.</summary>
/// <param name="From">The offset of its first byte.</param>
/// <param name="StoredAt">When its bytes were stored; null for those of before that was noted.</param>
internal sealed record LogPiece(long From, ReadOnlyMemory<byte> Bytes, DateTimeOffset? StoredAt);

/// <summary>The state of the log of one process of an attempt.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Offset">The number of stored bytes.</param>
/// <param name="IsComplete">True once its agent has stored all of it.</param>
/// <param name="CurrentAttempt">The job's current attempt.</param>
/// <param name="JobStatus">The status of the job.</param>
/// <param name="HasRank">False when the attempt has no process of that number.</param>
internal sealed record LogState(
    int Attempt,
    long Offset,
    bool IsComplete,
    int CurrentAttempt,
    string JobStatus,
    bool HasRank
)
{
    public bool HasJobEnded => JobStatus is "succeeded" or "failed" or "cancelled";

    /// <summary>True while its agent may append to it.</summary>
    public bool IsOpen => Attempt == CurrentAttempt && JobStatus is "placed" or "running";

    /// <summary>True when nothing more can be appended.</summary>
    public bool IsFinal => IsComplete || HasJobEnded || Attempt < CurrentAttempt;
}

/// <summary>
/// The bytes of logs, in pieces under (job, attempt, rank, offset). The length of a log is in its row of <c>log_state</c>
/// only; one statement advances that row and stores the pieces, so that no piece is stored twice.
/// </summary>
internal sealed class LogStore(JobsStore store)
{
    /// <summary>A read covers a few pieces, which bounds the memory of readers.</summary>
    private const int WindowBytes = 4 * LogPieces.PieceBytes;

    private const string AppendSql = """
        with moved as (
          insert into log_state as l (job_id, attempt, rank, next_offset, complete, appended_at)
          select s.job_id, s.attempt, $3, $5, $6, now() from job_summary s
          where s.job_id = $1 and s.attempt = $2 and s.status in ('placed', 'running')
            and ($3 = 0 or exists (select from job_rank where job_id = $1 and attempt = $2 and rank = $3))
            and ($4 = 0 or exists (select from log_state where job_id = $1 and attempt = $2 and rank = $3))
          on conflict (job_id, attempt, rank) do update
            set next_offset = $4 + $5, complete = l.complete or $6, appended_at = now(), is_unindexed = true
            where l.next_offset = $4 and (not l.complete or $5 = 0)
          returning next_offset),
        stored as (
          insert into log_chunk (job_id, attempt, rank, start_offset, bytes)
          select $1, $2, $3, piece.start_offset, piece.bytes
          from moved, unnest($7::bigint[], $8::bytea[]) as piece (start_offset, bytes))
        select next_offset from moved
        """;

    /// <summary>An only process has no row in <c>job_rank</c>.</summary>
    private const string StateColumns = """
        coalesce(l.attempt, $2, s.attempt), coalesce(l.next_offset, 0), coalesce(l.complete, false), s.attempt, s.status,
        $3 = 0 or exists (select from job_rank r where r.job_id = s.job_id and r.rank = $3 and ($2 is null or r.attempt = $2))
        """;

    /// <summary>The requested attempt; otherwise the newest one with a log.</summary>
    private const string StateTables = """
        job_summary s left join lateral (
          select attempt, next_offset, complete from log_state
          where job_id = s.job_id and ($2::int is null or attempt = $2) and rank = $3
          order by attempt desc limit 1) l on true
        """;

    /// <summary>Appends bytes.</summary>
    /// <param name="offset">Where they begin; it must be the stored offset, or nothing is stored.</param>
    /// <param name="isComplete">True when nothing comes after them.</param>
    /// <returns>The result, and how many bytes are stored now.</returns>
    public async Task<(LogAppendResult Result, long Offset)> AppendAsync(
        LogKey log,
        long offset,
        LogPieces bytes,
        bool isComplete,
        CancellationToken cancellationToken
    )
    {
        var pieces = bytes.Pieces;
        await using var command = store.DataSource.CreateCommand(AppendSql);
        AddLog(command.Parameters, log.JobId, log.Attempt, log.Rank);
        command.Parameters.Add(new() { Value = offset });
        command.Parameters.Add(new() { Value = (long)bytes.Length });
        command.Parameters.Add(new() { Value = isComplete });
        command.Parameters.Add(
            new() { Value = pieces.Select((_, i) => offset + ((long)i * LogPieces.PieceBytes)).ToArray() }
        );
        command.Parameters.Add(new() { Value = pieces, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        if (await command.ExecuteScalarAsync(cancellationToken) is long stored)
        {
            return (LogAppendResult.Stored, stored);
        }

        return await FindStateAsync(log.JobId, log.Attempt, log.Rank, cancellationToken) switch
        {
            null => (LogAppendResult.NoSuchJob, 0),
            { IsOpen: true, HasRank: false } => (LogAppendResult.NoSuchRank, 0),
            { IsOpen: true } state => (LogAppendResult.OffsetMismatch, state.Offset),
            _ => (LogAppendResult.Fenced, 0),
        };
    }

    /// <summary>Reads the state of a log.</summary>
    /// <param name="attempt">Null for the newest that has one.</param>
    /// <returns>Null when there is no such job.</returns>
    public async Task<LogState?> FindStateAsync(Guid jobId, int? attempt, int rank, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"select {StateColumns} from {StateTables} where s.job_id = $1"
        );
        AddLog(command.Parameters, jobId, attempt, rank);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadState(reader) : null;
    }

    /// <summary>
    /// Reads the state of a log, then its next few pieces, which include at least the bytes that the state counts.
    /// </summary>
    /// <returns>Null when there is no such job; a few pieces at a time, none at the end.</returns>
    public async Task<(LogState State, IReadOnlyList<ReadOnlyMemory<byte>> Pieces)?> ReadNextAsync(
        LogKey log,
        long offset,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        var state = new NpgsqlBatchCommand($"select {StateColumns} from {StateTables} where s.job_id = $1");
        AddLog(state.Parameters, log.JobId, log.Attempt, log.Rank);
        batch.BatchCommands.Add(state);
        batch.BatchCommands.Add(Pieces(log, offset));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var found = ReadState(reader);
        await reader.NextResultAsync(cancellationToken);
        var pieces = await ReadPiecesAsync(reader, offset, cancellationToken);
        return (found, [.. pieces.Select(piece => piece.Bytes)]);
    }

    /// <summary>Reads the next few pieces of a log, with when each was stored; none at the end.</summary>
    public async Task<IReadOnlyList<LogPiece>> ReadPiecesAsync(
        LogKey log,
        long offset,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(Pieces(log, offset));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadPiecesAsync(reader, offset, cancellationToken);
    }

    /// <summary>Reads a range of a log a few pieces at a time, holding no connection in between.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        LogKey log,
        long from,
        long to,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (from < to)
        {
            var pieces = await ReadPiecesAsync(log, from, cancellationToken);
            foreach (var piece in pieces.Select(piece => piece.Bytes))
            {
                var wanted = piece[..(int)Math.Min(piece.Length, to - from)];
                from += wanted.Length;
                yield return wanted;
            }

            if (pieces.Count == 0)
            {
                throw new InvalidOperationException(
                    $"The log of job {log.JobId}, attempt {log.Attempt}, rank {log.Rank}, ends at {from}, not {to}."
                );
            }
        }
    }

    /// <summary>The piece that holds an offset, and those that begin within a window after it.</summary>
    private static NpgsqlBatchCommand Pieces(LogKey log, long offset)
    {
        var command = new NpgsqlBatchCommand(
            """
            select start_offset, bytes, stored_at from log_chunk
            where job_id = $1 and attempt = $2 and rank = $3 and start_offset < $5
              and start_offset >= coalesce((
                select max(start_offset) from log_chunk
                where job_id = $1 and attempt = $2 and rank = $3 and start_offset <= $4), 0)
            order by start_offset
            """
        );
        AddLog(command.Parameters, log.JobId, log.Attempt, log.Rank);
        command.Parameters.Add(new() { Value = offset });
        // A client may follow from any number: no end is beyond the last one.
        command.Parameters.Add(new() { Value = Math.Min(offset, long.MaxValue - WindowBytes) + WindowBytes });
        return command;
    }

    private static async Task<IReadOnlyList<LogPiece>> ReadPiecesAsync(
        NpgsqlDataReader reader,
        long offset,
        CancellationToken cancellationToken
    )
    {
        var pieces = new List<LogPiece>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var start = reader.GetInt64(0);
            var skip = Math.Max(0, offset - start);
            var bytes = await reader.GetFieldValueAsync<byte[]>(1, cancellationToken);
            if (skip < bytes.Length)
            {
                var at = reader.ValueOrNull<DateTimeOffset>("stored_at");
                pieces.Add(new LogPiece(start + skip, bytes.AsMemory((int)skip), at));
            }
        }

        return pieces;
    }

    private static LogState ReadState(NpgsqlDataReader row) =>
        new(row.GetInt32(0), row.GetInt64(1), row.GetBoolean(2), row.GetInt32(3), row.GetString(4), row.GetBoolean(5));

    private static void AddLog(NpgsqlParameterCollection parameters, Guid jobId, int? attempt, int rank)
    {
        parameters.Add(new() { Value = jobId });
        parameters.Add(new() { Value = attempt ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        parameters.Add(new() { Value = rank });
    }
}
