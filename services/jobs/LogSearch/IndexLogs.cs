using Microsoft.Extensions.Options;
using Npgsql;
using Platform.EventStore;
using Platform.Jobs.Logs;

namespace Platform.Jobs.LogSearch;

/// <summary>
/// Indexes what logs got, and at first those of before there was an index, the newest jobs first. One process of all does it. The last
/// lines wait until there are enough for a bucket: searches read them as they are.
/// </summary>
internal sealed partial class IndexLogs(
    JobsStore store,
    LogIndex index,
    IHostApplicationLifetime lifetime,
    IOptions<JobsOptions> options,
    TimeProvider clock,
    ILogger<IndexLogs> logger
) : ExclusiveLoop(store, "index", "logs", clock, lifetime)
{
    /// <summary>From so many logs on, a bucket is made of their last lines although it is not full.</summary>
    private const int MaxLogs = 256;

    /// <summary>How much is read at a time; its last bucket is mostly not full, and read again.</summary>
    private const long WindowBytes = 16 * LogBuckets.MaxBytes;

    private LogKey? _last;

    /// <summary>Indexes what is enough for buckets, some at a time.</summary>
    /// <returns>False when there is nothing more to do now.</returns>
    public async Task<bool> IndexSomeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await ForgetIndexedAsync(connection, cancellationToken);
        var logs = await FindAsync(connection, cancellationToken);
        var bytes = logs.Sum(log => log.Range.To - log.Range.From);
        if (logs.Count < MaxLogs && bytes < LogBuckets.MaxBytes)
        {
            _last = null;
            return false;
        }

        var window = Window(logs);
        var buckets = await ReadAsync(connection, window, cancellationToken);
        buckets.CloseLarge();
        if (buckets.Full.Count > 0)
        {
            var isWritten = await index.TryWriteAsync(buckets.Full, Advance(logs, buckets.Full), cancellationToken);
            while (await index.TryFoldAsync(cancellationToken)) { }
            // What is left is too little for another turn at once.
            return isWritten && (logs.Count == MaxLogs || bytes >= WindowBytes);
        }

        // Lines that have no end yet: others may have.
        _last = window.Count == MaxLogs || window.Count < logs.Count ? window[^1].Range.Log : null;
        return _last is not null;
    }

    protected override TimeSpan Pause => options.Value.LogIndexInterval;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Value.IndexLogs ? base.ExecuteAsync(stoppingToken) : Task.CompletedTask;

    protected override async Task WorkAsync(SessionLock turn, CancellationToken stoppingToken)
    {
        while (await IndexSomeAsync(turn.Connection, stoppingToken)) { }
    }

    private static async Task ForgetIndexedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("update log_state set is_unindexed = false where is_unindexed and next_offset = indexed_offset");
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<UnindexedLog>> FindAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    )
    {
        var command = new NpgsqlBatchCommand(
            LogIndex.UnindexedSql(
                $"""
                {(_last is null ? "" : "and (l.job_id, l.attempt, l.rank) < ($1, $2, $3)")}
                order by l.job_id desc, l.attempt desc, l.rank desc limit {MaxLogs}
                """
            )
        );
        if (_last is { } last)
        {
            command.Parameters.Add(new() { Value = last.JobId });
            command.Parameters.Add(new() { Value = last.Attempt });
            command.Parameters.Add(new() { Value = last.Rank });
        }

        return await LogIndex.ReadUnindexedAsync(command, connection, cancellationToken);
    }

    /// <summary>As much of logs as is read at a time.</summary>
    private static List<UnindexedLog> Window(IReadOnlyList<UnindexedLog> logs)
    {
        var (window, room) = (new List<UnindexedLog>(), WindowBytes);
        foreach (var log in logs)
        {
            var to = Math.Min(log.Range.To, log.Range.From + room);
            window.Add(new UnindexedLog(log.Range with { To = to }, log.IsFinal && to == log.Range.To));
            room -= to - log.Range.From;
            if (room <= 0)
            {
                break;
            }
        }

        return window;
    }

    private static async Task<LogBuckets> ReadAsync(
        NpgsqlConnection connection,
        List<UnindexedLog> logs,
        CancellationToken cancellationToken
    )
    {
        var buckets = new LogBuckets();
        await LogChunks.ReadAsync(
            connection,
            [.. logs.Select(log => log.Range)],
            place =>
            {
                var range = logs[place].Range;
                return new LogRangeLines(range, (line, bytes) => buckets.Add(range.Log, line, bytes));
            },
            (place, lines) =>
            {
                if (logs[place].IsFinal)
                {
                    lines.Finish();
                }
            },
            cancellationToken
        );
        return buckets;
    }

    /// <summary>Up to where logs are indexed with these buckets.</summary>
    private static IReadOnlyList<IndexedLog> Advance(IReadOnlyList<UnindexedLog> logs, IReadOnlyList<LogBucket> buckets)
    {
        var before = logs.ToDictionary(log => log.Range.Log, log => log.Range.From);
        return
        [
            .. buckets
                .SelectMany(bucket => bucket.Ranges)
                .GroupBy(range => range.Range.Log)
                .Select(ranges =>
                {
                    var last = ranges.Last();
                    return new IndexedLog(ranges.Key, before[ranges.Key], last.Range.To, last.LastLine);
                }),
        ];
    }

    [LoggerMessage(1, LogLevel.Warning, "Indexing logs for searches failed; trying again")]
    protected override partial void LogFailed(Exception exception);
}
