using System.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Jobs.LogSearch;

/// <summary>What is searched for, and where.</summary>
/// <param name="Jobs">Which jobs: conditions on <c>s</c> (job_summary).</param>
/// <param name="Before">Only lines before this place.</param>
/// <param name="Since">Only lines that were stored from this time on; null for all.</param>
/// <param name="Limit">How many lines at most.</param>
internal sealed record LogSearchRequest(
    LogTerms Terms,
    ListFilter Jobs,
    LogPlace Before,
    DateTimeOffset? Since,
    int Limit
);

/// <summary>A line that matches.</summary>
internal sealed record FoundLine(LogPlace Place, long Number, string Text);

/// <summary>A job that has such a line.</summary>
internal sealed record SearchedJob(string Name, string Project);

/// <summary>What a search found.</summary>
/// <param name="Lines">Newest first.</param>
/// <param name="Next">Where it goes on; null when everything was searched.</param>
/// <param name="IsComplete">False when its time was over before there were as many lines as were wanted.</param>
/// <param name="UnsearchedBytes">The bytes of logs that have no index yet and were too many to read.</param>
internal sealed record LogSearchResult(
    IReadOnlyList<FoundLine> Lines,
    LogPlace? Next,
    bool IsComplete,
    long UnsearchedBytes
)
{
    /// <summary>The jobs of the lines.</summary>
    public IReadOnlyDictionary<Guid, SearchedJob> Jobs { get; init; } = new Dictionary<Guid, SearchedJob>();
}

/// <summary>
/// Searches the lines of all logs, newest first: first what has no index yet, then the indexed ranges that may have matches, until there are
/// enough or the time is over. All of it sees the same state of the database, so that a line which is indexed meanwhile is found once.
/// </summary>
internal sealed class LogSearcher(JobsStore store, IOptions<JobsOptions> options, TimeProvider clock) : IDisposable
{
    /// <summary>What has no index yet and is read all the same.</summary>
    private const long MaxUnindexedBytes = 16 * 1024 * 1024;

    /// <summary>So many logs of these: more there are only after an upgrade.</summary>
    private const int MaxUnindexedLogs = 2000;

    /// <summary>So many at a time in this process: each keeps a processor and a connection busy.</summary>
    private const int MaxSearches = 4;

    private const int MaxRangesAtOnce = 8;

    private readonly SemaphoreSlim _turns = new(MaxSearches);

    public async Task<LogSearchResult> SearchAsync(LogSearchRequest request, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
            await using var snapshot = await connection.BeginTransactionAsync(
                IsolationLevel.RepeatableRead,
                cancellationToken
            );
            await PrepareAsync(connection, cancellationToken);
            var began = clock.GetTimestamp();
            var found = new FoundLines(request);
            var unsearched = await SearchUnindexedAsync(connection, request, found, cancellationToken);
            var end = await SearchIndexedAsync(connection, request, found, began, cancellationToken);
            var result = found.ToResult(end, unsearched);
            return result with { Jobs = await FindJobsAsync(connection, result.Lines, cancellationToken) };
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    /// <summary>A few short queries: compiling them would take longer than they do.</summary>
    private static async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
              set_config('max_parallel_workers_per_gather', '0', true)
            """
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>The bytes that were too many.</returns>
    private static async Task<long> SearchUnindexedAsync(
        NpgsqlConnection connection,
        LogSearchRequest request,
        FoundLines found,
        CancellationToken cancellationToken
    )
    {
        var filter = request.Jobs.Copy();
        if (request.Since is { } since)
        {
            filter.Add(parameter => $"coalesce(l.appended_at, s.submitted_at) >= {parameter(since)}");
        }

        var where = $"and {string.Join(" and ", filter.Conditions)}";
        var logs = await LogIndex.ReadUnindexedAsync(
            filter.Command(
                LogIndex.UnindexedSql(
                    $"{where} order by l.appended_at desc nulls last, l.job_id desc limit {MaxUnindexedLogs}"
                )
            ),
            connection,
            cancellationToken
        );
        var (ranges, bytes) = (new List<LogRange>(), 0L);
        foreach (var range in logs.Select(log => log.Range))
        {
            if (bytes + range.To - range.From <= MaxUnindexedBytes)
            {
                bytes += range.To - range.From;
                ranges.Add(range);
            }
        }

        if (ranges.Count > 0)
        {
            await ReadAsync(connection, ranges, found, cancellationToken);
        }

        if (ranges.Count == logs.Count && logs.Count < MaxUnindexedLogs)
        {
            return 0;
        }

        await using var sum = new NpgsqlBatch(connection);
        sum.BatchCommands.Add(filter.Command(LogIndex.UnindexedBytesSql(where)));
        return (long)(await sum.ExecuteScalarAsync(cancellationToken))! - bytes;
    }

    /// <returns>What was not searched any more begins before this place; null when there is nothing left.</returns>
    private async Task<LogPlace?> SearchIndexedAsync(
        NpgsqlConnection connection,
        LogSearchRequest request,
        FoundLines found,
        long began,
        CancellationToken cancellationToken
    )
    {
        var candidates = new LogCandidates(connection, request.Jobs, request.Terms, request.Before, request.Since);
        var (atOnce, isFirst) = (1, true);
        while (await candidates.NextAsync(cancellationToken) is { Count: > 0 } ranges)
        {
            for (var i = 0; i < ranges.Count; )
            {
                var end = ranges[i].Range.End;
                // Those that the beginning lies in come first, and are read in any case: so each search gets further than the one before.
                if (
                    end < request.Before
                    && (
                        found.IsEnoughBefore(end)
                        || (!isFirst && clock.GetElapsedTime(began) > options.Value.LogSearchTime)
                    )
                )
                {
                    return end;
                }

                var next = new List<LogRange>();
                for (; i < ranges.Count && next.Count < atOnce; i++)
                {
                    if (ranges[i].MayMatch)
                    {
                        next.Add(ranges[i].Range.Range);
                    }
                }

                if (next.Count > 0)
                {
                    await ReadAsync(connection, next, found, cancellationToken);
                    atOnce = Math.Min(atOnce * 2, MaxRangesAtOnce);
                }

                isFirst = false;
            }
        }

        return null;
    }

    private static async Task<Dictionary<Guid, SearchedJob>> FindJobsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<FoundLine> lines,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            "select job_id, name, project from job_summary where job_id = any($1)",
            lines.Select(line => line.Place.JobId).Distinct().ToArray()
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var jobs = new Dictionary<Guid, SearchedJob>();
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs[reader.GetGuid(0)] = new SearchedJob(reader.GetString(1), reader.GetString(2));
        }

        return jobs;
    }

    private static Task ReadAsync(
        NpgsqlConnection connection,
        List<LogRange> ranges,
        FoundLines found,
        CancellationToken cancellationToken
    )
    {
        return LogChunks.ReadAsync(
            connection,
            ranges,
            place => new LogRangeLines(ranges[place], found.Add),
            (_, lines) => lines.Finish(),
            cancellationToken
        );
    }

    /// <summary>The newest lines that match of those that were read.</summary>
    private sealed class FoundLines(LogSearchRequest request)
    {
        /// <summary>One more than is wanted, to know whether there are others. The oldest comes first.</summary>
        private readonly PriorityQueue<FoundLine, LogPlace> _lines = new();
        private readonly LogText _text = new();

        public void Add(LogLineAt line, ReadOnlySpan<byte> bytes)
        {
            if (
                line.Place >= request.Before
                || line.Place.At < request.Since
                || (IsFull && _lines.Peek().Place > line.Place)
            )
            {
                return;
            }

            _text.Read(bytes);
            if (!request.Terms.Match(_text.Folded))
            {
                return;
            }

            var found = new FoundLine(line.Place, line.Number, _text.Text.ToString());
            if (IsFull)
            {
                _lines.EnqueueDequeue(found, line.Place);
            }
            else
            {
                _lines.Enqueue(found, line.Place);
            }
        }

        /// <summary>True when there are enough lines, all of which come before whatever ends at a place.</summary>
        public bool IsEnoughBefore(LogPlace end) => IsFull && _lines.Peek().Place >= end;

        /// <param name="end">What was not read begins before this place; null when everything was.</param>
        public LogSearchResult ToResult(LogPlace? end, long unsearchedBytes)
        {
            var lines = new List<FoundLine>(_lines.Count);
            while (_lines.TryDequeue(out var line, out _))
            {
                lines.Add(line);
            }

            lines.Reverse();
            // Between those beyond the end there may be others that were not read.
            var sure = end is { } from ? lines.TakeWhile(line => line.Place >= from).ToList() : lines;
            return sure.Count > request.Limit || (sure.Count == request.Limit && end is not null)
                ? new LogSearchResult(
                    sure[..request.Limit],
                    sure[request.Limit - 1].Place,
                    IsComplete: true,
                    unsearchedBytes
                )
                : new LogSearchResult(sure, end, IsComplete: end is null, unsearchedBytes);
        }

        private bool IsFull => _lines.Count > request.Limit;
    }
}
