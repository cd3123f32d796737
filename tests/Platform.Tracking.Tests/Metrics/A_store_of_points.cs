using Microsoft.Extensions.DependencyInjection;
using Platform.Tracking.Metrics;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Tests.Metrics;

/// <summary>Batches of any size and order, on PostgreSQL, beside a model in memory.</summary>
[Trait("suite", "integration")]
public sealed class A_store_of_points(TrackingHost host) : IClassFixture<TrackingHost>
{
    private static readonly long _start = PointTime.Of(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task keeps_the_first_of_each_step_and_time_whatever_comes_when(int seed)
    {
        var random = new Random(seed);
        var points = new StoredPoints(host, await host.CreateRunAsync());
        for (var i = 0; i < 60; i++)
        {
            await points.LogAsync(BatchOf(points, random));
            if (i % 20 == 19)
            {
                await points.CheckAsync(random);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task reads_points_of_before_there_were_chunks_and_moves_them(int seed)
    {
        var random = new Random(seed);
        var points = new StoredPoints(host, await host.CreateRunAsync());
        for (var i = 0; i < 6; i++)
        {
            await points.LogAsync(BatchOf(points, random));
        }

        var mover = host.Services.GetRequiredService<OldPointsMover>();
        await using (await points.LogAsBeforeAsync(BatchOf(points, random)))
        {
            var old = (await mover.FindAsync(100, CancellationToken.None)).ToHashSet();
            Assert.Superset((await points.HeadsAsync()).Select(head => head.Id).ToHashSet(), old);
            await points.CheckAsync(random);
        }

        for (var i = 0; i < 10; i++)
        {
            await points.LogAsync(BatchOf(points, random));
        }

        await points.CheckAsync(random);
        var series = (await points.HeadsAsync()).Select(head => head.Id).ToHashSet();
        foreach (var id in series)
        {
            Assert.True(await mover.MoveAsync(id, CancellationToken.None));
        }

        Assert.Empty((await mover.FindAsync(100, CancellationToken.None)).Intersect(series));
        await points.CheckAsync(random);
        await points.LogAsync(BatchOf(points, random));
        await points.CheckAsync(random);
    }

    [Fact]
    public async Task has_few_chunks_of_points_that_come_one_by_one_and_backwards()
    {
        foreach (var sign in new[] { 1, -1 })
        {
            var points = new StoredPoints(host, await host.CreateRunAsync());
            for (var i = 0; i < 400; i++)
            {
                await points.LogAsync([
                    .. Enumerable.Range(i * 50, 50).Select(step => PointOf("loss", sign * step, step, step)),
                ]);
            }

            await points.CheckAsync(new Random(5));
            await using var command = host.Store.DataSource.CreateCommand(
                "select count(*) from metric_chunk where series_id = $1"
            );
            command.Parameters.Add(new() { Value = (await points.HeadsAsync())[0].Id });
            Assert.InRange((long)(await command.ExecuteScalarAsync())!, 3, 12);
        }
    }

    [Fact]
    public async Task stores_each_point_once_while_two_replicas_write_and_others_read()
    {
        await using var replica = await host.StartReplicaAsync();
        var runs = new[] { await host.CreateRunAsync(), await host.CreateRunAsync(), await host.CreateRunAsync() };
        var stored = new long[runs.Length];
        using var written = new CancellationTokenSource();
        var reading = Task.WhenAll(runs.Select(run => ReadUntilAsync(run, written.Token)));

        await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(async writer =>
                {
                    var services = writer % 2 == 0 ? host.Services : replica.Services;
                    var metrics = services.GetRequiredService<MetricWriter>();
                    var random = new Random(writer);
                    for (var i = 0; i < 40; i++)
                    {
                        var run = random.Next(runs.Length);
                        // Many of them are those of another writer.
                        var from = random.Next(2000);
                        var points = Enumerable
                            .Range(from, random.Next(1, 150))
                            .Select(step => PointOf("loss", step, step, step));
                        var outcome = await metrics.WriteAsync(
                            runs[run],
                            StoredPoints.RequestOf([.. points]),
                            attempt: null,
                            CancellationToken.None
                        );
                        Interlocked.Add(ref stored[run], outcome.Points!.Stored);
                    }
                })
        );
        await written.CancelAsync();
        await reading;

        for (var run = 0; run < runs.Length; run++)
        {
            var (head, points) = await ReadAsync(runs[run]);
            Assert.True(points.IsInOrder());
            Assert.Equal(stored[run], points.Count);
            Assert.Equal(stored[run], head.Count);
            Assert.Equal(points.Steps.Select(step => (double)step), points.Values);
        }
    }

    [Fact]
    public async Task counts_for_each_request_what_it_stored_when_several_are_stored_together()
    {
        var run = await host.CreateRunAsync();
        var metrics = host.Services.GetRequiredService<MetricWriter>();
        await metrics.WriteAsync(run, RequestOf(1), attempt: null, CancellationToken.None);

        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(i => metrics.WriteAsync(run, RequestOf(1, 1 + (i / 2)), attempt: null, CancellationToken.None))
        );
        var missing = await metrics.WriteAsync("nothing-of-the-kind", RequestOf(1), null, CancellationToken.None);

        Assert.Null(missing.Points);
        Assert.Equal(19, outcomes.Sum(outcome => outcome.Points!.Stored));
        Assert.Equal(20, (await ReadAsync(run)).Points.Count);

        static MetricPoints RequestOf(params int[] steps) =>
            StoredPoints.RequestOf([.. steps.Select(step => PointOf("loss", step, step, step))]);
    }

    [Fact]
    public async Task keeps_values_bit_by_bit()
    {
        var run = await host.CreateRunAsync();
        var metrics = host.Services.GetRequiredService<MetricWriter>();
        var values = new[]
        {
            0.0,
            -0.0,
            double.NaN,
            double.PositiveInfinity,
            double.NegativeInfinity,
            0.1,
            double.Epsilon,
        };
        var batches = Enumerable.Range(0, 3).Select(batch => Enumerable.Range(batch * 100, 100));

        foreach (var steps in batches)
        {
            var points = steps.Select(step => PointOf("loss", step, step, values[step % values.Length]));
            await metrics.WriteAsync(run, StoredPoints.RequestOf([.. points]), null, CancellationToken.None);
        }

        var (_, stored) = await ReadAsync(run);
        Assert.Equal(
            Enumerable.Range(0, 300).Select(step => BitConverter.DoubleToInt64Bits(values[step % values.Length])),
            stored.Values.Select(BitConverter.DoubleToInt64Bits)
        );
    }

    private async Task ReadUntilAsync(string run, CancellationToken written)
    {
        var before = 0;
        do
        {
            var (head, points) = await ReadAsync(run);
            Assert.Equal(head.Count, points.Count);
            Assert.True(points.IsInOrder() && points.Count >= before);
            before = points.Count;
        } while (!written.IsCancellationRequested);
    }

    private async Task<(SeriesHead Head, PointBlock Points)> ReadAsync(string run)
    {
        await using var snapshot = await host
            .Services.GetRequiredService<MetricReader>()
            .BeginAsync(CancellationToken.None);
        var head = (await snapshot.FindSeriesAsync([run], ["loss"]))[0].Series[0];
        return (head, await snapshot.ReadAsync(head, PointRange.All));
    }

    /// <summary>Some points of two metrics: after those before, among them, long before, or some of them again.</summary>
    private static List<ModelPoint> BatchOf(StoredPoints stored, Random random)
    {
        var count = random.Next(5) switch
        {
            0 => 1,
            1 => random.Next(1, 20),
            2 => random.Next(20, 300),
            3 => random.Next(300, 3000),
            _ => random.Next(1, 10_000),
        };
        var last = stored.Points.Count > 0 ? stored.Points.Max(point => point.Step) : 0;
        var kind = random.Next(4);
        var from = kind == 0 || last <= 0 ? last + 1 : random.NextInt64(-1000, last + 1);
        var known = stored.Points.Take(5000).ToList();
        var points = new List<ModelPoint>();
        for (var i = 0; i < count; i++)
        {
            var key = random.Next(3) == 0 ? "accuracy" : "loss";
            var step = kind == 2 ? random.NextInt64(-1000, last + 100) : from + i;
            points.Add(
                kind == 3 && known.Count > 0 && random.Next(2) == 0
                    ? known[random.Next(known.Count)] with
                    {
                        Value = -77,
                    }
                    : PointOf(key, step, kind == 2 ? random.Next(10) : step * 3, ValueOf(random)) with
                    {
                        Stage = random.Next(4) == 0 ? "warmup" : null,
                    }
            );
        }

        return points;
    }

    private static double ValueOf(Random random) =>
        random.Next(50) switch
        {
            0 => double.NaN,
            1 => double.PositiveInfinity,
            2 => random.NextDouble(),
            _ => random.NextSingle(),
        };

    private static ModelPoint PointOf(string key, long step, long offset, double value) =>
        new(key, step, _start + (offset * 1000), value, Stage: null, Batch: 0);
}
