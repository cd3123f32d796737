using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.EventStore;
using Platform.Tracking.Live;
using Platform.Tracking.Metrics;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Tests.Metrics;

/// <summary>A point as the model keeps it.</summary>
internal sealed record ModelPoint(string Key, long Step, long Time, double Value, string? Stage, long Batch)
{
    public PointPlace Place => new(Step, Time);
}

/// <summary>A run's points in memory and in the database, which must be the same.</summary>
internal sealed class StoredPoints(TrackingHost host, string run)
{
    private readonly Dictionary<(string Key, PointPlace Place), ModelPoint> _points = [];

    public long Batch { get; private set; }

    public IReadOnlyCollection<ModelPoint> Points => _points.Values;

    /// <summary>Logs points, and checks what is said of them.</summary>
    public async Task LogAsync(IReadOnlyList<ModelPoint> points)
    {
        var fresh = points.Count(point => _points.TryAdd((point.Key, point.Place), point with { Batch = Batch + 1 }));

        var outcome = await host
            .Services.GetRequiredService<MetricWriter>()
            .WriteAsync(run, RequestOf(points), attempt: null, CancellationToken.None);

        Batch += fresh > 0 ? 1 : 0;
        Assert.Equal(new LoggedPoints(points.Count, fresh, Batch), outcome.Points);
    }

    /// <summary>Stores points as it was done before there were chunks.</summary>
    /// <returns>Until it is disposed of, nobody moves them into chunks, and nobody logs.</returns>
    public async Task<IAsyncDisposable> LogAsBeforeAsync(IReadOnlyList<ModelPoint> points)
    {
        // The series are there then, with their aggregates.
        await LogAsync(points);
        var connection = await host.Store.DataSource.OpenConnectionAsync();
        var sql = $"begin; select from metric_run where run_id = '{run}' for update";
        await using (var locking = new NpgsqlCommand(sql, connection))
        {
            await locking.ExecuteNonQueryAsync();
        }

        await using var batch = host.Store.DataSource.CreateBatch();
        foreach (var series in await HeadsAsync())
        {
            var stored = await ReadAsync(series, PointRange.All);
            for (var i = 0; i < stored.Count; i++)
            {
                batch.Add(
                    """
                    insert into metric_point (series_id, step, at, value, batch, stage_id) values ($1, $2, $3, $4, $5, nullif($6, 0))
                    """,
                    series.Id,
                    stored.Steps[i],
                    PointTime.ToDateTime(stored.Times[i]),
                    stored.Values[i],
                    stored.Batches[i],
                    stored.StageOf(i)
                );
            }

            batch.Add("delete from metric_chunk where series_id = $1", series.Id);
            batch.Add("delete from metric_tail where series_id = $1", series.Id);
            batch.Add(
                """
                insert into metric_batch (run_id, batch, series, from_steps, to_steps)
                select $1, batch, array_agg(series_id), array_agg(low), array_agg(high)
                from (select batch, series_id, min(step) low, max(step) high from metric_point where series_id = $2 group by 1, 2) b
                group by batch
                on conflict (run_id, batch) do update set series = metric_batch.series || excluded.series,
                  from_steps = metric_batch.from_steps || excluded.from_steps, to_steps = metric_batch.to_steps || excluded.to_steps
                """,
                run,
                series.Id
            );
        }

        await batch.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Checks that every way of reading finds the same points as the model.</summary>
    public async Task CheckAsync(Random random)
    {
        foreach (var series in await HeadsAsync())
        {
            var expected = _points
                .Values.Where(point => point.Key == series.Key)
                .OrderBy(point => point.Place)
                .ToList();
            Assert.Equal(expected.Count, series.Count);
            await CheckSeriesAsync(series, expected, random);
        }

        await CheckLiveAsync(after: 0);
        await CheckLiveAsync(random.NextInt64(Batch + 1));
        await CheckStatesAsync();
        await CheckChunksAsync();
    }

    private async Task CheckSeriesAsync(SeriesHead series, List<ModelPoint> expected, Random random)
    {
        await AssertReadAsync(PointRange.All, _ => true);
        var (one, other) = (expected[random.Next(expected.Count)], expected[random.Next(expected.Count)]);
        var (from, to) = (Math.Min(one.Step, other.Step), Math.Max(one.Step, other.Step));
        await AssertReadAsync(
            new PointRange { FromStep = from, ToStep = to },
            point => point.Step >= from && point.Step <= to
        );
        var (first, last) = (Math.Min(one.Time, other.Time), Math.Max(one.Time, other.Time));
        await AssertReadAsync(
            new PointRange { FromTime = first, ToTime = last },
            point => point.Time >= first && point.Time <= last
        );
        await AssertReadAsync(new PointRange { AfterBatch = one.Batch }, point => point.Batch > one.Batch);
        await AssertSampledAsync(new PointRange { FromStep = from }, [.. expected.Where(point => point.Step >= from)]);
        await AssertSampledAsync(
            new PointRange { ByTime = true },
            [.. expected.OrderBy(point => (point.Time, point.Step))]
        );

        async Task AssertReadAsync(PointRange range, Func<ModelPoint, bool> isExpected)
        {
            var read = await ReadAsync(series, range);
            Assert.Equal(
                expected.Where(isExpected).Select(point => (point.Place, point.Value, point.Batch)),
                Enumerable.Range(0, read.Count).Select(i => (read.PlaceOf(i), read.Values[i], read.Batches[i]))
            );
        }

        async Task AssertSampledAsync(PointRange range, List<ModelPoint> all)
        {
            foreach (var most in new[] { 4, 50, 100_000 })
            {
                await using var snapshot = await SnapshotAsync();
                var sampled = new List<SeriesPoint>();
                await foreach (var (_, points) in snapshot.SampleAsync([series], most, range))
                {
                    sampled.AddRange(points);
                }

                AssertSample(all, sampled, most);
            }
        }
    }

    private static void AssertSample(List<ModelPoint> all, List<SeriesPoint> sampled, int most)
    {
        var order = all.Select((point, index) => (point, index)).ToDictionary(one => one.point.Place, one => one.index);
        var indexes = sampled.Select(point => order[new PointPlace(point.Step, point.Time)]).ToList();
        Assert.Equal(indexes.Distinct().Order(), indexes);
        Assert.All(sampled.Zip(indexes), one => Assert.Equal(all[one.Second].Value, one.First.Value));
        Assert.InRange(sampled.Count, Math.Min(all.Count, most / 3), most);
        if (all.Count <= most)
        {
            Assert.Equal(all.Count, sampled.Count);
        }

        Assert.Equal(0, indexes[0]);
        Assert.Equal(all.Count - 1, indexes[^1]);
        var numbers = all.Select(point => point.Value).Where(value => !double.IsNaN(value)).ToList();
        if (numbers.Count > 0)
        {
            Assert.Contains(numbers.Min(), sampled.Select(point => point.Value));
            Assert.Contains(numbers.Max(), sampled.Select(point => point.Value));
        }
    }

    private async Task CheckLiveAsync(long after)
    {
        var live = host.Services.GetRequiredService<LiveReader>();
        var seen = new List<LivePoint>();
        for (var at = after; at < Batch; )
        {
            var (last, points) = await live.ReadAsync(run, keys: null, at, Batch, CancellationToken.None);
            Assert.InRange(last, at + 1, Batch);
            Assert.All(points, point => Assert.InRange(point.Batch, at + 1, last));
            seen.AddRange(points);
            at = last;
        }

        Assert.Equal(
            _points
                .Values.Where(point => point.Batch > after)
                .OrderBy(point => point.Batch)
                .ThenBy(point => point.Step)
                .ThenBy(point => point.Key, StringComparer.Ordinal)
                .ThenBy(point => point.Time)
                .Select(point => (point.Batch, point.Key, point.Step, point.Value, point.Stage)),
            seen.Select(point => (point.Batch, point.Key, point.Step, point.Value, point.Stage))
        );
    }

    private async Task CheckStatesAsync()
    {
        await using var command = host.Store.DataSource.CreateCommand(
            "select key, count, last_step, last_value, min_value, min_step, max_value, max_step from metric_series where run_id = $1"
        );
        command.Parameters.Add(new() { Value = run });
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var key = rows.GetString(0);
            var points = _points.Values.Where(point => point.Key == key).OrderBy(point => point.Place).ToList();
            Assert.Equal(points.Count, rows.GetInt64(1));
            Assert.Equal((points[^1].Step, points[^1].Value), (rows.GetInt64(2), rows.GetDouble(3)));
            var numbers = points.Where(point => !double.IsNaN(point.Value)).ToList();
            var least = numbers.OrderBy(point => point.Value).ThenBy(point => point.Step).FirstOrDefault();
            var most = numbers.OrderByDescending(point => point.Value).ThenBy(point => point.Step).FirstOrDefault();
            Assert.Equal((least?.Value, least?.Step), (Value<double>(4), Value<long>(5)));
            Assert.Equal((most?.Value, most?.Step), (Value<double>(6), Value<long>(7)));
        }

        T? Value<T>(int column)
            where T : struct => rows.IsDBNull(column) ? null : rows.GetFieldValue<T>(column);
    }

    /// <summary>Chunks do not overlap, and there are not many small ones.</summary>
    private async Task CheckChunksAsync()
    {
        await using var command = host.Store.DataSource.CreateCommand(
            """
            select count(*) filter (where (first_step, first_time) <= (before_step, before_time)), count(*), coalesce(sum(count), 0)
            from (select c.*, lag(last_step) over w before_step, lag(last_time) over w before_time
                  from metric_chunk c where series_id in (select id from metric_series where run_id = $1)
                  window w as (partition by series_id order by first_step, first_time)) c
            """
        );
        command.Parameters.Add(new() { Value = run });
        await using var rows = await command.ExecuteReaderAsync();
        await rows.ReadAsync();
        Assert.Equal(0, rows.GetInt64(0));
        Assert.InRange(rows.GetInt64(1), 0, 60 + (rows.GetInt64(2) / 1000));
    }

    public async Task<IReadOnlyList<SeriesHead>> HeadsAsync()
    {
        await using var snapshot = await SnapshotAsync();
        return (await snapshot.FindSeriesAsync([run], keys: null))[0].Series;
    }

    private async Task<PointBlock> ReadAsync(SeriesHead series, PointRange range)
    {
        await using var snapshot = await SnapshotAsync();
        return await snapshot.ReadAsync(series, range);
    }

    private Task<MetricSnapshot> SnapshotAsync() =>
        host.Services.GetRequiredService<MetricReader>().BeginAsync(CancellationToken.None);

    public static MetricPoints RequestOf(IReadOnlyList<ModelPoint> points)
    {
        var request = new MetricPoints();
        foreach (var point in points)
        {
            request.Add(
                IndexOf(request.Keys, point.Key),
                point.Step,
                new DateTimeOffset(PointTime.ToDateTime(point.Time), TimeSpan.Zero),
                point.Value,
                point.Stage is null ? -1 : IndexOf(request.Stages, point.Stage)
            );
        }

        return request;

        static int IndexOf(List<string> names, string name)
        {
            var index = names.IndexOf(name);
            if (index < 0)
            {
                names.Add(name);
                index = names.Count - 1;
            }

            return index;
        }
    }
}
