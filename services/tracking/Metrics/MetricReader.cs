using Npgsql;
using Platform.EventStore;

namespace Platform.Tracking.Metrics;

/// <summary>A series without its points.</summary>
internal sealed record SeriesHead(long Id, string Key, long Count);

/// <summary>Reads series of a run.</summary>
internal sealed class MetricReader(TrackingStore store)
{
    /// <summary>The run's last batch number and its series; null when there is no such run.</summary>
    /// <param name="keys">Only these, in this order, with id 0 where nothing was logged; null for all by name.</param>
    public async Task<(long Batch, List<SeriesHead> Series)?> FindSeriesAsync(
        string runId,
        string[]? keys,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            "select coalesce(m.batch, 0) from run r left join metric_run m on m.run_id = r.id where r.id = $1",
            runId
        );
        if (keys is null)
        {
            batch.Add("select id, key, count from metric_series where run_id = $1 and count > 0 order by key", runId);
        }
        else
        {
            batch.Add(
                """
                select coalesce(s.id, 0), u.key, coalesce(s.count, 0)
                from unnest($2) with ordinality u(key, place)
                left join metric_series s on s.run_id = $1 and s.key = u.key order by u.place
                """,
                runId,
                keys
            );
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var number = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        var series = new List<SeriesHead>();
        while (await reader.ReadAsync(cancellationToken))
        {
            series.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2)));
        }

        return (number, series);
    }

    /// <summary>Streams one series through a sampler.</summary>
    public async Task<List<SeriesPoint>> ReadAsync(
        SeriesHead series,
        int maxPoints,
        long? fromStep,
        long? toStep,
        CancellationToken cancellationToken
    )
    {
        // The number of points in a range is unknown; the sampler adapts.
        var expected = fromStep is null && toStep is null ? series.Count : 0;
        var sampler = new SeriesSampler(maxPoints, expected);
        if (series.Count == 0)
        {
            return sampler.Points();
        }

        await using var batch = store.DataSource.CreateBatch();
        // The primary key has the required order, but with the statistics of interleaved series the planner would sort,
        // which takes twice as long. The settings end with the batch, which is one transaction.
        batch.Add("select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)");
        batch.Add(
            """
            select step, at, value, stage_id from metric_point
            where series_id = $1 and step >= $2 and step <= $3 order by step, at
            """,
            series.Id,
            fromStep ?? long.MinValue,
            toStep ?? long.MaxValue
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            Add(sampler, reader);
        }

        return sampler.Points();
    }

    /// <summary>The names of stages by id.</summary>
    public async Task<Dictionary<int, string>> StagesAsync(
        IReadOnlyCollection<int> ids,
        CancellationToken cancellationToken
    )
    {
        var names = new Dictionary<int, string>();
        if (ids.Count == 0)
        {
            return names;
        }

        await using var command = store.DataSource.CreateCommand(
            "select id, name from metric_stage where id = any($1)"
        );
        command.Parameters.Add(new() { Value = ids.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetInt32(0), reader.GetString(1));
        }

        return names;
    }

    private static void Add(SeriesSampler sampler, NpgsqlDataReader reader) =>
        sampler.Add(
            reader.GetInt64(0),
            reader.GetDateTime(1),
            reader.GetDouble(2),
            reader.IsDBNull(3) ? 0 : reader.GetInt32(3)
        );
}
