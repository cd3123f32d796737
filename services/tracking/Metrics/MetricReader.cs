using Npgsql;
using Platform.EventStore;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Metrics;

/// <summary>A series without its points.</summary>
internal sealed record SeriesHead(long Id, string Key, long Count);

/// <summary>The series of a run, and the number of its last batch.</summary>
internal sealed record RunSeries(string RunId, long Batch, DateTime Start, IReadOnlyList<SeriesHead> Series);

/// <summary>Which points of a series are wanted.</summary>
internal sealed record PointRange
{
    public static readonly PointRange All = new();

    public long FromStep { get; init; } = long.MinValue;
    public long ToStep { get; init; } = long.MaxValue;

    /// <summary>In microseconds since 1970.</summary>
    public long FromTime { get; init; } = long.MinValue;

    /// <inheritdoc cref="FromTime"/>
    public long ToTime { get; init; } = long.MaxValue;

    /// <summary>Only those of later batches.</summary>
    public long AfterBatch { get; init; } = -1;

    /// <summary>Whether they are wanted in the order of their times, not of their steps.</summary>
    public bool ByTime { get; init; }

    public bool Has(PointBlock points, int index) =>
        points.Steps[index] >= FromStep
        && points.Steps[index] <= ToStep
        && points.Times[index] >= FromTime
        && points.Times[index] <= ToTime
        && points.Batches[index] > AfterBatch;
}

/// <summary>Reads series of runs.</summary>
internal sealed class MetricReader(TrackingStore store)
{
    /// <summary>Begins a read in which no point appears or moves: what it tells of a run fits together.</summary>
    public async Task<MetricSnapshot> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            return await MetricSnapshot.BeginAsync(connection, cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The series of one run; null when there is no such run.</summary>
    /// <param name="keys">Only these, in this order, with id 0 where nothing was logged; null for all by name.</param>
    public async Task<RunSeries?> FindSeriesAsync(string runId, string[]? keys, CancellationToken cancellationToken)
    {
        await using var snapshot = await BeginAsync(cancellationToken);
        return (await snapshot.FindSeriesAsync([runId], keys)).SingleOrDefault();
    }

    /// <summary>One series, downsampled to a number of points.</summary>
    public async Task<List<SeriesPoint>> SampleAsync(
        SeriesHead series,
        int maxPoints,
        CancellationToken cancellationToken
    )
    {
        await using var snapshot = await BeginAsync(cancellationToken);
        await foreach (var (_, points) in snapshot.SampleAsync([series], maxPoints, PointRange.All))
        {
            return points;
        }

        return [];
    }
}

/// <summary>What was stored at one moment.</summary>
internal sealed class MetricSnapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly CancellationToken _cancellationToken;

    private MetricSnapshot(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        _connection = connection;
        _transaction = transaction;
        _cancellationToken = cancellationToken;
    }

    public static async Task<MetricSnapshot> BeginAsync(
        NpgsqlConnection connection,
        CancellationToken cancellationToken
    ) =>
        new(
            connection,
            await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken),
            cancellationToken
        );

    /// <summary>Finds the series of runs; runs that there are not are left out.</summary>
    /// <param name="keys">Only these, in this order, with id 0 where nothing was logged; null for all by name.</param>
    public async Task<IReadOnlyList<RunSeries>> FindSeriesAsync(IReadOnlyList<string> runs, string[]? keys)
    {
        await using var batch = new NpgsqlBatch(_connection);
        batch.Add(
            """
            select r.id, coalesce(m.batch, 0), coalesce(r.started_at, r.created_at)
            from unnest($1) with ordinality u(id, place) join run r on r.id = u.id
            left join metric_run m on m.run_id = r.id order by u.place
            """,
            runs.ToList()
        );
        if (keys is null)
        {
            batch.Add(
                "select run_id, id, key, count from metric_series where run_id = any($1) and count > 0 order by run_id, key",
                runs.ToList()
            );
        }
        else
        {
            batch.Add(
                """
                select r.id, coalesce(s.id, 0), u.key, coalesce(s.count, 0)
                from unnest($1) r(id) cross join unnest($2) with ordinality u(key, place)
                left join metric_series s on s.run_id = r.id and s.key = u.key order by r.id, u.place
                """,
                runs.ToArray(),
                keys
            );
        }

        await using var reader = await batch.ExecuteReaderAsync(_cancellationToken);
        var found = new List<(string Id, long Batch, DateTime Start)>();
        while (await reader.ReadAsync(_cancellationToken))
        {
            found.Add((reader.GetString(0), reader.GetInt64(1), reader.GetDateTime(2)));
        }

        await reader.NextResultAsync(_cancellationToken);
        var series = runs.Distinct(StringComparer.Ordinal)
            .ToDictionary(run => run, _ => new List<SeriesHead>(), StringComparer.Ordinal);
        while (await reader.ReadAsync(_cancellationToken))
        {
            series[reader.GetString(0)].Add(new(reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3)));
        }

        return found.ConvertAll(run => new RunSeries(run.Id, run.Batch, run.Start, series[run.Id]));
    }

    /// <summary>Reads series, each downsampled to a number of points.</summary>
    public async IAsyncEnumerable<(SeriesHead Head, List<SeriesPoint> Points)> SampleAsync(
        IReadOnlyList<SeriesHead> series,
        int maxPoints,
        PointRange range
    )
    {
        foreach (var some in series.Chunk(StoredSeriesReader.MaxSeries))
        {
            var reader = new StoredSeriesReader(_connection, range, _cancellationToken);
            await reader.FindAsync([.. some.Where(one => one.Count > 0).Select(one => one.Id)]);
            await reader.ReadChunksAsync(maxPoints);
            foreach (var head in some)
            {
                yield return (head, reader.Sample(head.Id, maxPoints));
            }
        }
    }

    /// <summary>Reads all points of a series in order.</summary>
    public async Task<PointBlock> ReadAsync(SeriesHead series, PointRange range) =>
        (await ReadAsync([series], range))[0];

    /// <summary>Reads all points of some series, each in order.</summary>
    /// <param name="series">At most <see cref="StoredSeriesReader.MaxSeries"/>.</param>
    public async Task<IReadOnlyList<PointBlock>> ReadAsync(IReadOnlyList<SeriesHead> series, PointRange range)
    {
        var reader = new StoredSeriesReader(_connection, range, _cancellationToken);
        await reader.FindAsync([.. series.Where(one => one.Count > 0).Select(one => one.Id)]);
        await reader.ReadChunksAsync(int.MaxValue);
        return [.. series.Select(one => one.Count == 0 ? new PointBlock(0) : reader.All(one.Id))];
    }

    /// <summary>The names of stages by id.</summary>
    public async Task<Dictionary<int, string>> StagesAsync(IReadOnlyCollection<int> ids)
    {
        var names = new Dictionary<int, string>();
        if (ids.Count == 0)
        {
            return names;
        }

        await using var batch = new NpgsqlBatch(_connection);
        batch.Add("select id, name from metric_stage where id = any($1)", ids.ToArray());
        await using var reader = await batch.ExecuteReaderAsync(_cancellationToken);
        while (await reader.ReadAsync(_cancellationToken))
        {
            names.Add(reader.GetInt32(0), reader.GetString(1));
        }

        return names;
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
