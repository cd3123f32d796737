using Npgsql;

namespace Platform.Tracking.Live;

/// <summary>The state of a followed run.</summary>
internal sealed record LiveState(string Status, long Version, long Batch, DateTimeOffset? EndedAt);

/// <summary>One new point.</summary>
internal readonly record struct LivePoint(long Batch, string Key, long Step, DateTime At, double Value, string? Stage);

/// <summary>Reads what was logged after a batch.</summary>
internal sealed class LiveReader(TrackingStore store)
{
    private const int MaxBatches = 16;

    /// <summary>Null when there is no such run.</summary>
    public async Task<LiveState?> StateAsync(string runId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select r.status, r.version, coalesce(m.batch, 0), r.ended_at
            from run r left join metric_run m on m.run_id = r.id where r.id = $1
            """
        );
        command.Parameters.Add(new() { Value = runId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? State(reader) : null;
    }

    /// <summary>The next batches after one, oldest first, with the series and steps they contain.</summary>
    public async Task<LiveBatches> BatchesAsync(string runId, long after, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select batch, series, from_steps, to_steps from metric_batch
            where run_id = $1 and batch > $2 order by batch limit {MaxBatches}
            """
        );
        command.Parameters.Add(new() { Value = runId });
        command.Parameters.Add(new() { Value = after });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var batches = new LiveBatches(after);
        while (await reader.ReadAsync(cancellationToken))
        {
            AddBatch(batches, reader);
        }

        return batches;
    }

    /// <summary>The points of these batches, batch by batch.</summary>
    /// <param name="keys">Only these metrics; null for all.</param>
    public async IAsyncEnumerable<LivePoint> PointsAsync(
        LiveBatches batches,
        string[]? keys,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select p.batch, s.key, p.step, p.at, p.value, g.name
            from unnest($1, $2, $3) u(series_id, from_step, to_step)
            join metric_series s on s.id = u.series_id and ($4 is null or s.key = any($4))
            join metric_point p on p.series_id = u.series_id and p.step between u.from_step and u.to_step
              and p.batch > $5 and p.batch <= $6
            left join metric_stage g on g.id = p.stage_id
            order by p.batch, p.step, s.key, p.at
            """
        );
        var ranges = batches.Ranges;
        command.Parameters.Add(new() { Value = ranges.Keys.ToArray() });
        command.Parameters.Add(new() { Value = ranges.Values.Select(range => range.From).ToArray() });
        command.Parameters.Add(new() { Value = ranges.Values.Select(range => range.To).ToArray() });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = (object?)keys ?? DBNull.Value,
                NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text,
            }
        );
        command.Parameters.Add(new() { Value = batches.After });
        command.Parameters.Add(new() { Value = batches.Last });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return Point(reader);
        }
    }

    private static LiveState State(NpgsqlDataReader reader) =>
        new(
            reader.GetString(0),
            reader.GetInt64(1),
            reader.GetInt64(2),
            reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)
        );

    private static void AddBatch(LiveBatches batches, NpgsqlDataReader reader) =>
        batches.Add(
            reader.GetInt64(0),
            reader.GetFieldValue<long[]>(1),
            reader.GetFieldValue<long[]>(2),
            reader.GetFieldValue<long[]>(3)
        );

    private static LivePoint Point(NpgsqlDataReader reader) =>
        new(
            reader.GetInt64(0),
            reader.GetString(1),
            reader.GetInt64(2),
            reader.GetDateTime(3),
            reader.GetDouble(4),
            reader.IsDBNull(5) ? null : reader.GetString(5)
        );
}

/// <summary>Consecutive batches, and for each series the range of their steps.</summary>
internal sealed class LiveBatches(long after)
{
    public long After { get; } = after;

    /// <summary>The last of them; <see cref="After"/> when there is none.</summary>
    public long Last { get; private set; } = after;

    public bool IsEmpty => Last == After;

    public SortedDictionary<long, (long From, long To)> Ranges { get; } = [];

    public void Add(long batch, long[] series, long[] from, long[] to)
    {
        Last = batch;
        for (var i = 0; i < series.Length; i++)
        {
            Ranges[series[i]] = Ranges.TryGetValue(series[i], out var range)
                ? (Math.Min(range.From, from[i]), Math.Max(range.To, to[i]))
                : (from[i], to[i]);
        }
    }
}
