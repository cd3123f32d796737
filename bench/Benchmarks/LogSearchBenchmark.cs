using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// The newest 50 of 10,000,000 log lines with a word, as a client sees them, beside <c>grep</c> on the same lines; and how fast lines are
/// stored with and without the index. Lines are stored as agents store them, by requests to the service.
/// </summary>
internal static class LogSearchBenchmark
{
    private const int Logs = 16;
    private const int RequestLines = 10_000;
    private const int Rounds = 40;
    private const int GrepRounds = 5;
    private const double Limit = 300;

    /// <summary>How many lines are stored by turns with and without the index.</summary>
    private const int TurnLines = 500_000;
    private const int Turns = 4;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var lines = int.Parse(
            Environment.GetEnvironmentVariable("PLATFORM_BENCH_LOGSEARCH") ?? "10000000",
            CultureInfo.InvariantCulture
        );
        var file = Path.Combine(bench.Folder, "lines.txt");
        await using var indexed = await StartAsync(bench, "logsearch-data", isIndexed: true);
        var (with, without) = await CompareAsync(bench, indexed, lines);
        await using (var copy = File.Create(file))
        {
            for (var i = 0; i < Math.Min(Turns * TurnLines, lines); i += RequestLines)
            {
                await copy.WriteAsync(Part(i, lines), bench.Cancelled);
            }

            for (var i = Turns * TurnLines; i < lines; i += RequestLines)
            {
                await indexed.StoreAsync(i, lines, bench.Cancelled);
                await copy.WriteAsync(Part(i, lines), bench.Cancelled);
            }
        }

        var caughtUp = await indexed.WaitForIndexAsync(bench.Cancelled);
        var figures = new List<Figure>
        {
            new("lines stored a second, with the index", with, "lines/s", without, "without"),
            new("last lines until they are indexed", caughtUp, "s", null),
        };
        foreach (
            var (name, word) in new[]
            {
                ("one line", LogLinesOfTrainings.Once),
                ("every third", LogLinesOfTrainings.Often),
            }
        )
        {
            figures.AddRange(await MeasureAsync(indexed, name, word, file, bench.Cancelled));
        }

        figures.AddRange(await indexed.MeasureSizeAsync(bench.Cancelled));
        return figures;
    }

    private static byte[] Part(int first, int lines) =>
        LogLinesOfTrainings.Create(first / RequestLines % Logs, first, RequestLines, once: lines / 3 * 2);

    private static async Task<LogsCluster> StartAsync(Bench bench, string folder, bool isIndexed)
    {
        var cluster = await Cluster.StartAsync(
            Path.Combine(bench.Folder, folder),
            bench.Cancelled,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Jobs__IndexLogs"] = isIndexed ? "true" : "false",
            }
        );
        return await LogsCluster.CreateAsync(cluster, bench.Cancelled);
    }

    /// <summary>Stores the first lines by turns with and without an index.</summary>
    /// <returns>Lines a second of each.</returns>
    private static async Task<(double With, double Without)> CompareAsync(Bench bench, LogsCluster indexed, int lines)
    {
        await using var plain = await StartAsync(bench, "logsearch-plain", isIndexed: false);
        var (with, without) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var turn = 0; turn < Turns; turn++)
        {
            // The first of two is not always the same: what it leaves behind slows the second.
            without += turn % 2 == 0 ? await TurnAsync(plain, turn) : TimeSpan.Zero;
            with += await TurnAsync(indexed, turn);
            without += turn % 2 == 0 ? TimeSpan.Zero : await TurnAsync(plain, turn);
        }

        const double All = Turns * TurnLines;
        return (All / with.TotalSeconds, All / without.TotalSeconds);

        async Task<TimeSpan> TurnAsync(LogsCluster cluster, int turn)
        {
            var parts = Enumerable
                .Range(0, TurnLines / RequestLines)
                .Select(part => (turn * TurnLines) + (part * RequestLines))
                .Select(first => (First: first, Bytes: Part(first, lines)))
                .ToList();
            var watch = Stopwatch.StartNew();
            foreach (var (first, bytes) in parts)
            {
                await cluster.StoreAsync(first, bytes, bench.Cancelled);
            }

            return watch.Elapsed;
        }
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(
        LogsCluster cluster,
        string name,
        string word,
        string file,
        CancellationToken cancellationToken
    )
    {
        var (searches, greps) = (new List<double>(), new List<double>());
        var script = $"tac '{file}' | LC_ALL=C grep -i -F -m 50 {word} || true";
        for (var i = 0; i <= Rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            var page = await cluster.SearchAsync(word, cancellationToken);
            var search = watch.Elapsed.TotalMilliseconds;
            if (i <= GrepRounds)
            {
                watch.Restart();
                var found = await Programs.RunAsync(["/bin/sh", "-c", script], cancellationToken);
                greps.Add(watch.Elapsed.TotalMilliseconds);
                Check(word, page, found);
            }

            if (i > 0)
            {
                searches.Add(search);
            }
        }

        return
        [
            new($"{name}: search p50", searches.Median(), "ms", Limit, "limit"),
            new($"{name}: search p95", searches.Percentile(0.95), "ms", Limit, "limit"),
            new($"{name}: tac | grep -m 50 p50", greps.Median(), "ms", null),
        ];
    }

    private static void Check(string word, JsonElement page, string found)
    {
        var lines = found.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var items = page.GetProperty("items");
        if (
            items.GetArrayLength() != lines.Length
            || !page.GetProperty("isComplete").GetBoolean()
            || items
                .EnumerateArray()
                .Any(item => !item.GetProperty("text").GetString()!.Contains(word, StringComparison.Ordinal))
        )
        {
            throw new BenchException(
                $"'{word}': grep found {lines.Length} lines, the search {items.GetArrayLength()}."
            );
        }
    }

    /// <summary>A cluster with a few jobs that run and say nothing themselves.</summary>
    private sealed class LogsCluster(Cluster cluster, IReadOnlyList<Guid> jobs) : IAsyncDisposable
    {
        private readonly long[] _offsets = new long[jobs.Count];

        public static async Task<LogsCluster> CreateAsync(Cluster cluster, CancellationToken cancellationToken)
        {
            var jobs = new List<Guid>();
            for (var i = 0; i < Logs; i++)
            {
                var job = await cluster.SubmitAsync(["/usr/bin/sleep", "86400"], cancellationToken, cpus: 0.05);
                jobs.Add(job);
            }

            foreach (var job in jobs)
            {
                while (
                    await cluster.GetAsync($"/api/jobs/{job}", cancellationToken) is var state
                    && state.GetProperty("status").GetString() is not "running"
                )
                {
                    await Task.Delay(50, cancellationToken);
                }
            }

            return new LogsCluster(cluster, jobs);
        }

        public Task StoreAsync(int first, int lines, CancellationToken cancellationToken) =>
            StoreAsync(first, Part(first, lines), cancellationToken);

        public async Task StoreAsync(int first, byte[] bytes, CancellationToken cancellationToken)
        {
            var log = first / RequestLines % Logs;
            using var body = new ByteArrayContent(bytes);
            var path = string.Create(
                CultureInfo.InvariantCulture,
                $"/api/jobs/{jobs[log]}/logs?attempt=1&offset={_offsets[log]}"
            );
            using var response = await cluster.Http.PostAsync(new Uri(path, UriKind.Relative), body, cancellationToken);
            await Cluster.ReadAsync(response, cancellationToken);
            _offsets[log] += bytes.Length;
        }

        public Task<JsonElement> SearchAsync(string word, CancellationToken cancellationToken) =>
            cluster.GetAsync($"/api/logs/search?q={word}", cancellationToken);

        /// <returns>How many seconds it took.</returns>
        public async Task<double> WaitForIndexAsync(CancellationToken cancellationToken)
        {
            var watch = Stopwatch.StartNew();
            // What does not fill a bucket waits for more.
            while (
                await ReadAsync(
                    "select coalesce(sum(next_offset - indexed_offset), 0)::bigint from jobs.log_state",
                    cancellationToken
                )
                    is > 256 * 1024
            )
            {
                await Task.Delay(100, cancellationToken);
            }

            return watch.Elapsed.TotalSeconds;
        }

        public async Task<IReadOnlyList<Figure>> MeasureSizeAsync(CancellationToken cancellationToken)
        {
            const double MiB = 1024 * 1024;
            return
            [
                new(
                    "size of the index",
                    await ReadAsync(
                        "select sum(pg_total_relation_size(('jobs.' || t)::regclass))::bigint from unnest(array['log_range', 'log_bucket', 'log_slice']) t",
                        cancellationToken
                    ) / MiB,
                    "MiB",
                    await ReadAsync("select pg_total_relation_size('jobs.log_chunk')", cancellationToken) / MiB,
                    "chunks"
                ),
                new("size of the lines", _offsets.Sum() / MiB, "MiB", null),
            ];
        }

        public async ValueTask DisposeAsync() => await cluster.DisposeAsync();

        private async Task<long> ReadAsync(string sql, CancellationToken cancellationToken)
        {
            var database = await cluster.DatabaseAsync(cancellationToken);
            await using var source = Npgsql.NpgsqlDataSource.Create(database.ConnectionString);
            await using var command = source.CreateCommand(sql);
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }
}
