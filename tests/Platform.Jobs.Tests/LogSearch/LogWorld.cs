using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Jobs.Logs;
using Platform.Jobs.LogSearch;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Tests.LogSearch;

/// <summary>Logs of jobs that exist as rows only, and the search of them beside reading them line by line.</summary>
internal sealed class LogWorld(JobsHost host)
{
    /// <summary>Its own background service rests.</summary>
    public static readonly (string Key, string Value)[] Settings = [("Jobs:LogIndexInterval", "01:00:00")];

    private readonly Dictionary<LogKey, MemoryStream> _logs = [];
    private readonly IndexLogs _indexer = ActivatorUtilities.CreateInstance<IndexLogs>(host.Services);

    private LogStore Logs => host.Services.GetRequiredService<LogStore>();

    public JobsStore Store => host.Store;

    public async Task<LogKey> AddJobAsync(string project = "demo", int rank = 0)
    {
        var log = new LogKey(Guid.CreateVersion7(), 1, rank);
        await ExecuteAsync(
            """
            insert into job_summary (
              job_id, run_id, name, search_name, project, status, attempt, priority, submitted_at, changed_at, version)
            values ($1, $1, 'job', 'job', $2, 'running', 1, 0, now(), now(), 1)
            """,
            log.JobId,
            project
        );
        if (rank > 0)
        {
            await ExecuteAsync("insert into job_rank (job_id, attempt, rank) values ($1, 1, $2)", log.JobId, rank);
            Assert.Equal(0, await AppendAsync(log with { Rank = 0 }, []));
            Assert.Equal(0, await AppendAsync(log, []));
        }

        return log;
    }

    public Task EndAsync(LogKey log) =>
        ExecuteAsync("update job_summary set status = 'succeeded' where job_id = $1", log.JobId);

    public async Task<long> AppendAsync(LogKey log, byte[] bytes)
    {
        var all = _logs.TryGetValue(log, out var stream) ? stream : _logs[log] = new MemoryStream();
        var pipe = System.IO.Pipelines.PipeReader.Create(new MemoryStream(bytes));
        using var pieces = await LogPieces.ReadAsync(pipe, int.MaxValue, default);
        var (result, offset) = await Logs.AppendAsync(log, all.Length, pieces!, isComplete: false, default);
        Assert.Equal(LogAppendResult.Stored, result);
        await all.WriteAsync(bytes);
        return offset;
    }

    public Task<long> AppendAsync(LogKey log, string text) => AppendAsync(log, Encoding.UTF8.GetBytes(text));

    /// <summary>Does what the background service does at a turn.</summary>
    public async Task IndexAsync(int steps = int.MaxValue)
    {
        await using var connection = await Store.DataSource.OpenConnectionAsync();
        for (var i = 0; i < steps && await _indexer.IndexSomeAsync(connection, default); i++) { }
    }

    public async Task<LogSearchResult> SearchAsync(
        string query,
        int limit = 50,
        LogPlace? before = null,
        TimeSpan? time = null,
        DateTimeOffset? since = null,
        Action<ListFilter>? jobs = null
    )
    {
        var filter = new ListFilter();
        filter.Add(_ => "not s.is_deleted");
        jobs?.Invoke(filter);
        using var searcher = new LogSearcher(
            Store,
            Options.Create(new JobsOptions { LogSearchTime = time ?? TimeSpan.FromMinutes(1) }),
            TimeProvider.System
        );
        return await searcher.SearchAsync(
            new LogSearchRequest(LogTerms.Parse(query).Terms!, filter, before ?? LogPlace.End, since, limit),
            default
        );
    }

    /// <summary>All pages of a search; between them something may happen.</summary>
    public async Task<List<FoundLine>> SearchAllAsync(
        string query,
        int limit = 50,
        TimeSpan? time = null,
        Func<Task>? between = null
    )
    {
        var lines = new List<FoundLine>();
        LogPlace? before = null;
        for (var pages = 0; ; pages++)
        {
            var page = await SearchAsync(query, limit, before, time);
            lines.AddRange(page.Lines);
            Assert.Equal(page.IsComplete, page.Next is null || page.Lines.Count == limit);
            if (page.Next is null)
            {
                return lines;
            }

            Assert.True(before is null || page.Next < before);
            before = page.Next;
            await (between?.Invoke() ?? Task.CompletedTask);
        }
    }

    /// <summary>What reading every log line by line finds.</summary>
    public async Task<List<FoundLine>> ReadAllAsync(Func<string, bool> matches)
    {
        var lines = new List<FoundLine>();
        foreach (var (log, stream) in _logs)
        {
            var chunks = await ChunksAsync(log);
            var (bytes, number, from) = (stream.ToArray(), 1L, 0);
            while (from < bytes.Length)
            {
                var end = Array.IndexOf(bytes, (byte)'\n', from) is var found and >= 0 ? found : bytes.Length;
                var text = Shown(Encoding.UTF8.GetString(bytes[from..end].AsSpan()));
                if (matches(text))
                {
                    var at = chunks.FindLast(chunk => chunk.From <= from).At;
                    lines.Add(new FoundLine(LogPlace.Of(at, log, from), number, text));
                }

                (from, number) = (end + 1, number + 1);
            }
        }

        return [.. lines.OrderByDescending(line => line.Place)];
    }

    public async Task<T> ReadAsync<T>(string sql, params object[] values)
    {
        await using var command = Store.DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    public Task ExecuteAsync(string sql, params object[] values) => ReadAsync<object?>(sql, values);

    private static string Shown(string line)
    {
        var text = line.TrimEnd('\r');
        text = text[(text.LastIndexOf('\r') + 1)..];
        return Regex.Replace(
            text,
            @"\e(?:\[[0-9;?]*[ -/]*[@-~]|\][^\a\e]*(?:\a|\e\\)|[@-Z\\-_])",
            "",
            RegexOptions.None,
            TimeSpan.FromSeconds(10)
        );
    }

    private async Task<List<(long From, DateTimeOffset At)>> ChunksAsync(LogKey log)
    {
        await using var command = Store.DataSource.CreateCommand(
            """
            select c.start_offset, coalesce(c.stored_at, s.submitted_at) from log_chunk c join job_summary s using (job_id)
            where c.job_id = $1 and c.attempt = $2 and c.rank = $3 order by c.start_offset
            """
        );
        command.Parameters.Add(new() { Value = log.JobId });
        command.Parameters.Add(new() { Value = log.Attempt });
        command.Parameters.Add(new() { Value = log.Rank });
        await using var reader = await command.ExecuteReaderAsync();
        var chunks = new List<(long, DateTimeOffset)>();
        while (await reader.ReadAsync())
        {
            chunks.Add((reader.GetInt64(0), await reader.GetFieldValueAsync<DateTimeOffset>(1)));
        }

        return chunks;
    }
}
