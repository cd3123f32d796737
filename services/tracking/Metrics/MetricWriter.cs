using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Metrics;

/// <summary>The result of logging points.</summary>
/// <param name="Received">How many points the request had.</param>
/// <param name="Stored">How many were new; the others were already stored.</param>
/// <param name="Batch">The run's batch number afterwards; live streams resume from it.</param>
internal sealed record LoggedPoints(int Received, int Stored, long Batch);

/// <summary>What became of a request to log points: they are stored, or fenced, or there is no such run.</summary>
/// <param name="Points">What was stored; null when nothing may be.</param>
/// <param name="IsFenced">The run's job has a later attempt than the one that sent them.</param>
internal readonly record struct LogOutcome(LoggedPoints? Points, bool IsFenced = false);

/// <summary>
/// Stores the points of one request in one transaction: the points, the state of each series and the batch that live
/// readers follow. Points that are already stored (same series, step and time) change nothing.
/// </summary>
internal sealed class MetricWriter(TrackingStore store, RunSignals signals, TrackingCounters counters)
{
    /// <summary>Stores points.</summary>
    /// <param name="attempt">The attempt of the run's job that sent them; null when they are not from a job.</param>
    public async Task<LogOutcome> WriteAsync(
        string runId,
        MetricPoints points,
        int? attempt,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (batch, newest, known) = await BeginBatchAsync(connection, runId, attempt, points.Keys, cancellationToken);
        if (batch is not { } number || newest is null)
        {
            return new LogOutcome(Points: null, IsFenced: newest > attempt);
        }

        if (known.Count < points.Keys.Count)
        {
            await AddSeriesAsync(connection, runId, points.Keys, known, cancellationToken);
        }

        var series = points.Keys.Select(key => known[key]).ToArray();
        var columns = new Columns(points, series, await StagesAsync(points.Stages, cancellationToken));
        var stored = await InsertAsync(connection, columns, number, cancellationToken);
        if (stored == 0)
        {
            // Rolled back: a repeat takes no batch number.
            return new LogOutcome(new LoggedPoints(points.Count, 0, number - 1));
        }

        if (stored == points.Count)
        {
            for (var i = 0; i < points.Count; i++)
            {
                series[columns.KeyIndex[i]].Add(columns.Steps[i], columns.Times[i], columns.Values[i]);
            }
        }
        else
        {
            await AddStoredAsync(connection, series, number, cancellationToken);
        }

        await EndBatchAsync(connection, runId, number, series, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signals.Raise(runId);
        counters.PointsStored(stored);
        return new LogOutcome(new LoggedPoints(points.Count, stored, number));
    }

    /// <summary>
    /// Takes the run's next batch number, which makes its other writers and its purge wait, and reads its series. Whether the run is
    /// still there is asked afterwards, as a purge may have held the number; its row is not locked, as a rebuild replaces it.
    /// </summary>
    /// <returns>
    /// The number, null when none was taken; the newest known attempt of the run's job, null when there is no such run; the series.
    /// </returns>
    private static async Task<(long? Batch, int? Newest, Dictionary<string, SeriesState> Series)> BeginBatchAsync(
        NpgsqlConnection connection,
        string runId,
        int? attempt,
        List<string> keys,
        CancellationToken cancellationToken
    )
    {
        var series = new Dictionary<string, SeriesState>(StringComparer.Ordinal);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            insert into metric_run as m (run_id, batch, attempt, logged_at)
            select id, 1, $3, now() from run where id = $1 and attempt <= $2
            on conflict (run_id) do update set batch = m.batch + 1, attempt = greatest(m.attempt, $3), logged_at = now()
            where m.attempt <= $2
            returning batch
            """,
            runId,
            attempt ?? int.MaxValue,
            attempt ?? 0
        );
        batch.Add(
            """
            select greatest(r.attempt, m.attempt) from run r left join metric_run m on m.run_id = r.id where r.id = $1
            """,
            runId
        );
        batch.Add(
            """
            select id, key, count, last_step, last_at, last_value, min_step, min_value, max_step, max_value
            from metric_series where run_id = $1 and key = any($2)
            """,
            runId,
            keys
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        long? number = await reader.ReadAsync(cancellationToken) ? reader.GetInt64(0) : null;
        await reader.NextResultAsync(cancellationToken);
        int? newest = await reader.ReadAsync(cancellationToken) ? reader.GetInt32(0) : null;
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var state = new SeriesState
            {
                Id = reader.GetInt64(0),
                Key = reader.GetString(1),
                Count = reader.GetInt64(2),
                LastStep = Value<long>(reader, 3),
                LastAt = Value<DateTime>(reader, 4),
                LastValue = Value<double>(reader, 5),
                MinStep = Value<long>(reader, 6),
                MinValue = Value<double>(reader, 7),
                MaxStep = Value<long>(reader, 8),
                MaxValue = Value<double>(reader, 9),
                NextStep = (Value<long>(reader, 3) ?? 0) + 1,
            };
            series.Add(state.Key, state);
        }

        return (number, newest, series);
    }

    private static async Task AddSeriesAsync(
        NpgsqlConnection connection,
        string runId,
        List<string> keys,
        Dictionary<string, SeriesState> known,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            "insert into metric_series (run_id, key) select $1, unnest($2) returning id, key",
            connection
        );
        command.Parameters.Add(new() { Value = runId });
        command.Parameters.Add(new() { Value = keys.Where(key => !known.ContainsKey(key)).ToList() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(reader.GetString(1), new SeriesState { Id = reader.GetInt64(0), Key = reader.GetString(1) });
        }
    }

    /// <summary>
    /// The ids of stages, in their order. Outside the transaction, because all runs share stages and their writers must
    /// not wait for each other.
    /// </summary>
    private async Task<int[]> StagesAsync(List<string> stages, CancellationToken cancellationToken)
    {
        if (stages.Count == 0)
        {
            return [];
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            insert into metric_stage (name) select u.name from unnest($1) u(name)
            where not exists (select from metric_stage s where s.name = u.name) on conflict do nothing
            """,
            stages
        );
        batch.Add("select name, id from metric_stage where name = any($1)", stages);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return [.. stages.Select(stage => ids[stage])];
    }

    private static async Task<int> InsertAsync(
        NpgsqlConnection connection,
        Columns columns,
        long batch,
        CancellationToken cancellationToken
    )
    {
        await using var command = new NpgsqlCommand(
            """
            insert into metric_point (series_id, step, at, value, batch, stage_id)
            select series_id, step, at, value, $6, stage_id
            from unnest($1, $2, $3, $4, $5) as u(series_id, step, at, value, stage_id)
            on conflict do nothing
            """,
            connection
        );
        command.Parameters.Add(new() { Value = columns.Series });
        command.Parameters.Add(new() { Value = columns.Steps });
        command.Parameters.Add(
            new() { Value = columns.Times, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz }
        );
        command.Parameters.Add(new() { Value = columns.Values });
        command.Parameters.Add(new() { Value = columns.Stages });
        command.Parameters.Add(new() { Value = batch });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds only the points that this batch stored, when some of them already existed.</summary>
    private static async Task AddStoredAsync(
        NpgsqlConnection connection,
        SeriesState[] series,
        long batch,
        CancellationToken cancellationToken
    )
    {
        var byId = series.ToDictionary(state => state.Id);
        await using var command = new NpgsqlCommand(
            """
            select p.series_id, p.step, p.at, p.value
            from unnest($1, $2, $3) as u(series_id, from_step, to_step)
            join metric_point p on p.series_id = u.series_id and p.step between u.from_step and u.to_step
            where p.batch = $4
            """,
            connection
        );
        command.Parameters.Add(new() { Value = series.Select(state => state.Id).ToArray() });
        command.Parameters.Add(new() { Value = series.Select(state => state.FromStep).ToArray() });
        command.Parameters.Add(new() { Value = series.Select(state => state.ToStep).ToArray() });
        command.Parameters.Add(new() { Value = batch });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            byId[reader.GetInt64(0)].Add(reader.GetInt64(1), reader.GetDateTime(2), reader.GetDouble(3));
        }
    }

    private static async Task EndBatchAsync(
        NpgsqlConnection connection,
        string runId,
        long number,
        SeriesState[] series,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            update metric_series s set count = u.count, last_step = u.last_step, last_at = u.last_at,
              last_value = u.last_value, min_step = u.min_step, min_value = u.min_value, max_step = u.max_step,
              max_value = u.max_value
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as u(id, count, last_step, last_at, last_value,
              min_step, min_value, max_step, max_value)
            where s.id = u.id
            """,
            series.Select(state => state.Id).ToArray(),
            series.Select(state => state.Count).ToArray(),
            series.Select(state => state.LastStep).ToArray(),
            series.Select(state => state.LastAt).ToArray(),
            series.Select(state => state.LastValue).ToArray(),
            series.Select(state => state.MinStep).ToArray(),
            series.Select(state => state.MinValue).ToArray(),
            series.Select(state => state.MaxStep).ToArray(),
            series.Select(state => state.MaxValue).ToArray()
        );
        batch.Add(
            "insert into metric_batch (run_id, batch, series, from_steps, to_steps) values ($1, $2, $3, $4, $5)",
            runId,
            number,
            series.Select(state => state.Id).ToArray(),
            series.Select(state => state.FromStep).ToArray(),
            series.Select(state => state.ToStep).ToArray()
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static T? Value<T>(NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    /// <summary>
    /// The points as arrays for the database, with steps and ids filled in. Points are grouped by series, so that they
    /// are close together on disk and a reader of one series does not read the pages of all.
    /// </summary>
    private sealed class Columns
    {
        public Columns(MetricPoints points, SeriesState[] series, int[] stageIds)
        {
            KeyIndex = new int[points.Count];
            Series = new long[points.Count];
            Steps = new long[points.Count];
            Times = new DateTime[points.Count];
            Values = new double[points.Count];
            // Without stages the array stays empty; unnest fills it with nulls.
            Stages = stageIds.Length == 0 ? [] : new int?[points.Count];
            var next = Starts(points.KeyIndex, series.Length);
            for (var i = 0; i < points.Count; i++)
            {
                var key = points.KeyIndex[i];
                var target = next[key]++;
                KeyIndex[target] = key;
                Series[target] = series[key].Id;
                Steps[target] = series[key].Resolve(points.Steps[i]);
                Times[target] = points.Times[i];
                Values[target] = points.Values[i];
                if (stageIds.Length > 0)
                {
                    Stages[target] = points.StageIndex[i] < 0 ? null : stageIds[points.StageIndex[i]];
                }
            }
        }

        public int[] KeyIndex { get; }
        public long[] Series { get; }
        public long[] Steps { get; }
        public DateTime[] Times { get; }
        public double[] Values { get; }
        public int?[] Stages { get; }

        /// <summary>Where the points of each key begin.</summary>
        private static int[] Starts(List<int> keyIndex, int keys)
        {
            var starts = new int[keys + 1];
            foreach (var key in keyIndex)
            {
                starts[key + 1]++;
            }

            for (var key = 1; key <= keys; key++)
            {
                starts[key] += starts[key - 1];
            }

            return starts;
        }
    }
}
