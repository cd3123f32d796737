using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// Points over HTTP, one and many per request, compared with a binary COPY of the same points into a plain table; what they take on disk;
/// and reading long series, many series and many runs. The points are a noisy curve of 32-bit numbers.
/// </summary>
internal static class MetricsBenchmark
{
    private const int Batch = 10_000;
    private const int Writers = 4;
    private const int SingleWriters = 64;
    private const int SingleRuns = 16;
    private const int Reads = 15;

    /// <summary>Reads before those that are measured, as the service compiles its code for speed only after some calls.</summary>
    private const int FirstReads = 40;

    /// <summary>How much of it: 0.1 for a tenth.</summary>
    private static readonly double _part = double.Parse(
        Environment.GetEnvironmentVariable("PLATFORM_BENCH_METRICS") ?? "1",
        CultureInfo.InvariantCulture
    );

    private static int Points => Scaled(500_000);

    private static int LongRun => Scaled(10_000_000);

    private static int Singles => Scaled(50_000);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var cluster = await bench.ClusterAsync();
        var cancelled = bench.Cancelled;
        await SendAsync(cluster, [await CreateAsync(cluster, cancelled)], ["loss"], 100_000, Batch, Writers, cancelled);
        await SendAsync(cluster, [await CreateAsync(cluster, cancelled)], ["loss"], 500, 1, 4, cancelled);
        var copied = await CopyAsync(cluster, cancelled);
        var batched = await SendAsync(
            cluster,
            [await CreateAsync(cluster, cancelled)],
            ["loss"],
            Points,
            Batch,
            Writers,
            cancelled
        );
        var figures = new List<Figure>
        {
            new("batched points per second", Points / batched[^1].TotalSeconds, "points/s", copied, "binary COPY"),
        };
        figures.AddRange(await SingleAsync(cluster, cancelled));
        figures.AddRange(await LongRunAsync(cluster, cancelled));
        figures.AddRange(await ReadsAsync(cluster, cancelled));
        return figures;
    }

    private static int Scaled(int count) => Math.Max(1, (int)(count * _part / Batch)) * Batch;

    private static async Task<IEnumerable<Figure>> SingleAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var one = await CreateAsync(cluster, cancellationToken);
        var ofOne = await SendAsync(cluster, [one], ["loss"], Singles / 5, 1, 4, cancellationToken);
        var runs = new List<string>();
        for (var i = 0; i < SingleRuns; i++)
        {
            runs.Add(await CreateAsync(cluster, cancellationToken));
        }

        var ofMany = await SendAsync(cluster, runs, ["loss"], Singles, 1, SingleWriters, cancellationToken);
        var part = Singles / 5;
        var first = part / ofMany[part - 1].TotalSeconds;
        var last = part / (ofMany[^1] - ofMany[^(part + 1)]).TotalSeconds;
        return
        [
            new(
                "single points per second, 4 callers",
                Singles / 5 / ofOne[^1].TotalSeconds,
                "points/s",
                5000,
                "target"
            ),
            new(
                $"single points per second, {SingleWriters} callers, {SingleRuns} runs",
                Singles / ofMany[^1].TotalSeconds,
                "points/s",
                5000,
                "target"
            ),
            new($"single points per second, last {part} of {Singles}", last, "points/s", first, $"first {part}"),
        ];
    }

    private static async Task<IEnumerable<Figure>> LongRunAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var run = await CreateAsync(cluster, cancellationToken);
        var before = await SizeAsync(cluster, cancellationToken);
        var answered = await SendAsync(cluster, [run], ["loss"], LongRun, Batch, Writers, cancellationToken);
        var size = await SizeAsync(cluster, cancellationToken) - before;
        var part = answered.Count / 10;
        var first = part * Batch / answered[part - 1].TotalSeconds;
        var last = part * Batch / (answered[^1] - answered[^(part + 1)]).TotalSeconds;
        return
        [
            new($"points per second, last tenth of {LongRun}", last, "points/s", first, "first tenth"),
            new("bytes per point on disk, with indexes", (double)size / LongRun, "bytes", 3, "target"),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> ReadsAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var three = await CreateAsync(cluster, cancellationToken);
        string[] keys = ["accuracy", "loss", "rate"];
        await SendAsync(cluster, [three], keys, 300_000, 9_999, Writers, cancellationToken);
        var million = await CreateAsync(cluster, cancellationToken);
        await SendAsync(cluster, [million], ["loss"], 1_000_000, Batch, Writers, cancellationToken);
        var many = await CreateAsync(cluster, cancellationToken);
        await SendAsync(
            cluster,
            [many],
            [.. Enumerable.Range(0, 50).Select(key => $"key-{key}")],
            500_000,
            Batch,
            Writers,
            cancellationToken
        );
        return
        [
            await ReadAsync("100,000 points as 2,000", $"/api/runs/{three}/metrics?keys=loss&points=2000", 10),
            await ReadAsync("100,000 points of 3 keys as 2,000 each", $"/api/runs/{three}/metrics?points=2000", 30),
            await ReadAsync("1,000,000 points as 2,000", $"/api/runs/{million}/metrics?points=2000", 30),
            await ReadAsync("1,000,000 points as 2,000 by time", $"/api/runs/{million}/metrics?points=2000&x=time", 30),
            await ReadAsync("50 keys of 10,000 points as 200 each", $"/api/runs/{many}/metrics?points=200", 50),
            await ReadAsync(
                "the last 1,000 of 1,000,000 points",
                $"/api/runs/{million}/metrics?points=2000&fromStep=999000",
                10
            ),
        ];

        async Task<Figure> ReadAsync(string name, string path, double target)
        {
            var times = new List<double>();
            for (var i = 0; i < FirstReads + Reads; i++)
            {
                var watch = Stopwatch.StartNew();
                await cluster.Http.GetByteArrayAsync(new Uri(path, UriKind.Relative), cancellationToken);
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            return new Figure(name, times.Skip(FirstReads).Median(), "ms", target, "target");
        }
    }

    private static async Task<string> CreateAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        using var content = new StringContent("""{"project":"bench"}""", Encoding.UTF8, "application/json");
        using var created = await cluster.Http.PostAsync(
            new Uri("/api/runs", UriKind.Relative),
            content,
            cancellationToken
        );
        return (await Cluster.ReadAsync(created, cancellationToken)).GetProperty("id").GetString()!;
    }

    /// <summary>Sends points of metrics, by turns to runs.</summary>
    /// <returns>When each request was answered, in order.</returns>
    private static async Task<IReadOnlyList<TimeSpan>> SendAsync(
        Cluster cluster,
        List<string> runs,
        IReadOnlyList<string> keys,
        int points,
        int batch,
        int writers,
        CancellationToken cancellationToken
    )
    {
        var count = points / batch;
        // Few enough are made before; of a long run each is made when it is sent.
        var bodies = points <= 1_000_000 ? Enumerable.Range(0, count).Select(BodyOf).ToList() : null;
        var next = -1;
        var answered = new ConcurrentQueue<TimeSpan>();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, writers)
                .Select(async _ =>
                {
                    for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                    {
                        await PostAsync(cluster, runs[i % runs.Count], bodies?[i] ?? BodyOf(i), cancellationToken);
                        answered.Enqueue(watch.Elapsed);
                    }
                })
        );
        return [.. answered.Order()];

        byte[] BodyOf(int request) => Body(request * batch, batch, keys);
    }

    private static async Task PostAsync(Cluster cluster, string run, byte[] body, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await cluster.Http.PostAsync(
            new Uri($"/api/runs/{run}/metrics", UriKind.Relative),
            content,
            cancellationToken
        );
        await Cluster.ReadAsync(response, cancellationToken);
    }

    private static byte[] Body(int first, int count, IReadOnlyList<string> keys)
    {
        var text = new StringBuilder("{\"points\":[", count * 100);
        for (var i = first; i < first + count; i++)
        {
            var step = i / keys.Count;
            text.Append(i == first ? "" : ",");
            text.Append(
                CultureInfo.InvariantCulture,
                $"{{\"key\":\"{keys[i % keys.Count]}\",\"step\":{step},\"at\":\"{At(step):yyyy-MM-ddTHH:mm:ss.fffZ}\",\"value\":{(double)Value(i):R}}}"
            );
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static DateTime At(int step) =>
        new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMilliseconds((step * 100.0) + (Noise(step) * 4));

    /// <summary>A loss that falls, with noise of five percent: a 32-bit number, of which clients send the 64-bit number that is equal.</summary>
    private static float Value(int step) => (float)((0.1 + Math.Exp(-step / 200_000.0)) * (1 + (0.05 * Noise(step))));

    /// <summary>From 0 to 1, the same for the same step.</summary>
    private static double Noise(int step)
    {
        var mixed = unchecked((uint)step * 2_654_435_761);
        mixed = unchecked((mixed ^ (mixed >> 15)) * 2_246_822_519);
        return (mixed ^ (mixed >> 13)) / (double)uint.MaxValue;
    }

    private static async Task<long> SizeAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var database = await cluster.DatabaseAsync(cancellationToken);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var command = source.CreateCommand(
            "select sum(pg_total_relation_size(oid))::bigint from pg_class where relkind = 'r' and relname like 'metric\\_%'"
        );
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<double> CopyAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var database = await cluster.DatabaseAsync(cancellationToken);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using (
            var create = source.CreateCommand(
                """
                create table bench_point (run uuid, key varchar, step bigint, at timestamptz, value float8,
                  primary key (run, key, step, at))
                """
            )
        )
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        var run = Guid.CreateVersion7();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var watch = Stopwatch.StartNew();
        for (var first = 0; first < Points; first += Batch)
        {
            await using var copy = await connection.BeginBinaryImportAsync(
                "copy bench_point (run, key, step, at, value) from stdin (format binary)",
                cancellationToken
            );
            for (var i = first; i < first + Batch; i++)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(run, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync("loss", NpgsqlDbType.Varchar, cancellationToken);
                await copy.WriteAsync((long)i, NpgsqlDbType.Bigint, cancellationToken);
                await copy.WriteAsync(At(i), NpgsqlDbType.TimestampTz, cancellationToken);
                await copy.WriteAsync((double)Value(i), NpgsqlDbType.Double, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        return Points / watch.Elapsed.TotalSeconds;
    }
}
