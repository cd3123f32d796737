using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// Points over HTTP, one and many per request, compared with a binary COPY of the same points into a plain table.
/// </summary>
internal static class MetricsBenchmark
{
    private const int Points = 500_000;
    private const int Batch = 10_000;
    private const int Clients = 4;
    private const int Singles = 20_000;
    private const int Part = 5_000;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var cluster = await bench.ClusterAsync();
        var copied = await CopyAsync(cluster, bench.Cancelled);
        await SendAsync(cluster, 100_000, Batch, bench.Cancelled);
        await SendAsync(cluster, 500, 1, bench.Cancelled);
        var batched = await SendAsync(cluster, Points, Batch, bench.Cancelled);
        var singles = await SendAsync(cluster, Singles, 1, bench.Cancelled);
        var first = Part / singles[Part - 1].TotalSeconds;
        var last = Part / (singles[^1] - singles[^(Part + 1)]).TotalSeconds;
        return
        [
            new("batched points per second", Points / batched[^1].TotalSeconds, "points/s", copied, "binary COPY"),
            new("single points per second", Singles / singles[^1].TotalSeconds, "points/s", copied, "binary COPY"),
            new($"single points per second, last {Part} of {Singles}", last, "points/s", first, $"first {Part}"),
        ];
    }

    /// <returns>When each request was answered, in order.</returns>
    private static async Task<IReadOnlyList<TimeSpan>> SendAsync(
        Cluster cluster,
        int points,
        int batch,
        CancellationToken cancellationToken
    )
    {
        var create = JsonSerializer.Serialize(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["project"] = "bench", ["name"] = $"{points}" }
        );
        using var content = new StringContent(create, Encoding.UTF8, "application/json");
        using var created = await cluster.Http.PostAsync(
            new Uri("/api/runs", UriKind.Relative),
            content,
            cancellationToken
        );
        var run = (await Cluster.ReadAsync(created, cancellationToken)).GetProperty("id").GetString();
        var bodies = Enumerable.Range(0, points / batch).Select(i => Body(i * batch, batch)).ToList();
        var next = -1;
        var answered = new ConcurrentQueue<TimeSpan>();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(async _ =>
                {
                    for (var i = Interlocked.Increment(ref next); i < bodies.Count; i = Interlocked.Increment(ref next))
                    {
                        await PostAsync(cluster, run!, bodies[i], cancellationToken);
                        answered.Enqueue(watch.Elapsed);
                    }
                })
        );
        return [.. answered.Order()];
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

    private static byte[] Body(int first, int count)
    {
        var text = new StringBuilder("{\"points\":[");
        for (var i = first; i < first + count; i++)
        {
            text.Append(i == first ? "" : ",");
            text.Append(
                CultureInfo.InvariantCulture,
                $"{{\"key\":\"loss\",\"step\":{i},\"at\":\"{At(i):yyyy-MM-ddTHH:mm:ss.fffZ}\",\"value\":{Value(i)}}}"
            );
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static DateTime At(int step) => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMilliseconds(step);

    private static double Value(int step) => 1.0 / (step + 1);

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
                await copy.WriteAsync(Value(i), NpgsqlDbType.Double, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        return Points / watch.Elapsed.TotalSeconds;
    }
}
