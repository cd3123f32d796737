using Npgsql;
using Platform.EventStore;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Metrics;

/// <summary>
/// Stores the points of requests in one transaction: tails and chunks, the state of each series, and the run's batch number. Requests for
/// one run share a batch. Points that are already stored (same series, step and time) change nothing.
/// </summary>
internal sealed class MetricTransaction(NpgsqlConnection connection, CancellationToken cancellationToken)
{
    /// <summary>Stores points, or says that the runs have to go each alone.</summary>
    /// <param name="stages">The ids of all stages that the points name.</param>
    /// <returns>What became of each request; null when nothing is stored, as a run among several has to be rolled back.</returns>
    public async Task<LogOutcome[]?> ExecuteAsync(
        IReadOnlyList<RunPoints> runs,
        IReadOnlyDictionary<string, int> stages
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await BeginAsync(runs);
        var present = runs.Where(run => run.Batch is not null && run.Newest is not null).ToList();
        await AddSeriesAsync(present);
        present.ForEach(run => run.Order(stages));
        var all = present.SelectMany(run => run.Series).ToList();
        await ReadStoredAsync(all);
        present.ForEach(run => run.CountStored());
        if (runs.All(run => run.StoredCount == 0))
        {
            // Rolled back: a repeat takes no batch number.
            return [.. runs.SelectMany(run => run.Outcomes())];
        }

        if (runs.Any(run => run.Batch is not null && run.StoredCount == 0))
        {
            return null;
        }

        var changed = all.Where(series => series.Points.Count > 0).ToList();
        await ReadReplacedAsync(changed);
        changed.ForEach(series => series.State.Add(series.Points));
        await WriteAsync(changed);
        await transaction.CommitAsync(cancellationToken);
        return [.. runs.SelectMany(run => run.Outcomes())];
    }

    /// <summary>
    /// Takes the runs' next batch numbers, which makes their other writers and their purge wait, and reads their series. Whether a run is
    /// still there is asked afterwards, as a purge may have held the number; its row is not locked, as a rebuild replaces it.
    /// </summary>
    private async Task BeginAsync(IReadOnlyList<RunPoints> runs)
    {
        var byId = runs.ToDictionary(run => run.RunId, StringComparer.Ordinal);
        var ids = runs.Select(run => run.RunId).ToList();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            insert into metric_run as m (run_id, batch, attempt, logged_at)
            select r.id, 1, u.attempt, now() from unnest($1, $2) u(run_id, attempt)
            join run r on r.id = u.run_id and (u.attempt = 0 or r.attempt <= u.attempt) order by r.id
            on conflict (run_id) do update
            set batch = m.batch + 1, attempt = greatest(m.attempt, excluded.attempt), logged_at = now()
            where excluded.attempt = 0 or m.attempt <= excluded.attempt
            returning run_id, batch
            """,
            ids,
            runs.Select(run => run.Attempt ?? 0).ToArray()
        );
        batch.Add(
            """
            select r.id, greatest(r.attempt, m.attempt) from run r left join metric_run m on m.run_id = r.id
            where r.id = any($1)
            """,
            ids
        );
        batch.Add(
            """
            select s.run_id, s.id, s.key, s.count, s.last_step, s.last_at, s.last_value, s.min_step, s.min_value, s.max_step,
              s.max_value, t.count
            from unnest($1, $2) u(run_id, key) join metric_series s on s.run_id = u.run_id and s.key = u.key
            left join metric_tail t on t.series_id = s.id
            """,
            runs.SelectMany(run => run.Keys.Select(_ => run.RunId)).ToArray(),
            runs.SelectMany(run => run.Keys).ToArray()
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            byId[reader.GetString(0)].Batch = reader.GetInt64(1);
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            byId[reader.GetString(0)].Newest = reader.GetInt32(1);
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            byId[reader.GetString(0)].Know(StateOf(reader), Value<int>(reader, 11));
        }
    }

    private async Task AddSeriesAsync(List<RunPoints> runs)
    {
        var unknown = runs.SelectMany(run => run.UnknownKeys.Select(key => (run.RunId, Key: key))).ToList();
        if (unknown.Count == 0)
        {
            return;
        }

        var byId = runs.ToDictionary(run => run.RunId, StringComparer.Ordinal);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            "insert into metric_series (run_id, key) select * from unnest($1, $2) returning run_id, id, key",
            unknown.Select(series => series.RunId).ToArray(),
            unknown.Select(series => series.Key).ToArray()
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var state = new SeriesState { Id = reader.GetInt64(1), Key = reader.GetString(2) };
            byId[reader.GetString(0)].Know(state, tail: null);
        }
    }

    /// <summary>Reads what is stored around the points, and leaves out those that are.</summary>
    private async Task ReadStoredAsync(List<SeriesWrite> series)
    {
        var tails = series.Where(one => one.NeedsTail).Select(one => one.State.Id).ToList();
        if (tails.Count > 0)
        {
            var stored = await ChunkTable.ReadTailsAsync(connection, tails, cancellationToken);
            series.ForEach(one => one.TakeTail(stored.GetValueOrDefault(one.State.Id)));
        }

        var near = series.Where(one => one.NeedsChunks).ToList();
        if (near.Count == 0)
        {
            return;
        }

        var heads = await ChunkTable.FindAsync(connection, [.. near.Select(one => one.Range)], cancellationToken);
        var overlapped = near.SelectMany(one => one.TakeChunks(heads.GetValueOrDefault(one.State.Id) ?? []))
            .ToHashSet();
        var late = near.Where(one => one.IsLate).ToList();
        if (late.Count > 0)
        {
            var stored = await ChunkTable.ReadAsync(connection, overlapped, cancellationToken);
            var old = await OldPoints.FindPlacesAsync(
                connection,
                [.. late.Select(one => one.Range)],
                cancellationToken
            );
            late.ForEach(one => one.RemoveStored(stored, old.GetValueOrDefault(one.State.Id)));
        }
    }

    private async Task ReadReplacedAsync(List<SeriesWrite> series)
    {
        var replaced = series.SelectMany(one => one.Plan()).ToHashSet();
        var stored = await ChunkTable.ReadAsync(connection, replaced, cancellationToken);
        series.ForEach(one => one.Seal(stored));
    }

    private async Task WriteAsync(List<SeriesWrite> series)
    {
        await using var batch = new NpgsqlBatch(connection);
        ChunkTable.AddChanges(
            batch,
            [.. series.SelectMany(one => one.Replaced)],
            [.. series.SelectMany(one => one.Chunks)]
        );
        AddTails(batch, series);
        var states = series.ConvertAll(one => one.State);
        batch.Add(
            """
            update metric_series s set count = u.count, last_step = u.last_step, last_at = u.last_at,
              last_value = u.last_value, min_step = u.min_step, min_value = u.min_value, max_step = u.max_step,
              max_value = u.max_value
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as u(id, count, last_step, last_at, last_value,
              min_step, min_value, max_step, max_value)
            where s.id = u.id
            """,
            states.Select(state => state.Id).ToArray(),
            states.Select(state => state.Count).ToArray(),
            states.Select(state => state.LastStep).ToArray(),
            states.Select(state => state.LastAt).ToArray(),
            states.Select(state => state.LastValue).ToArray(),
            states.Select(state => state.MinStep).ToArray(),
            states.Select(state => state.MinValue).ToArray(),
            states.Select(state => state.MaxStep).ToArray(),
            states.Select(state => state.MaxValue).ToArray()
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddTails(NpgsqlBatch batch, List<SeriesWrite> series)
    {
        var emptied = series.Where(one => one.IsSealed && one.TailCount > 0).Select(one => one.State.Id).ToArray();
        if (emptied.Length > 0)
        {
            batch.Add("update metric_tail set count = 0, points = '' where series_id = any($1)", emptied);
        }

        var grown = series.Where(one => !one.IsSealed).ToList();
        foreach (
            var (sql, tails) in new[]
            {
                (GrowTail, grown.Where(one => one.HasTail)),
                (AddTail, grown.Where(one => !one.HasTail)),
            }
        )
        {
            var list = tails.ToList();
            if (list.Count > 0)
            {
                batch.Add(
                    sql,
                    list.Select(one => one.State.Id).ToArray(),
                    list.Select(one => one.Points.Count).ToArray(),
                    list.Select(one => one.Points.Batches[0]).ToArray(),
                    list.Select(one => PointCodec.Encode(one.Points, compress: false)).ToArray()
                );
            }
        }
    }

    private const string GrowTail = """
        update metric_tail t set count = t.count + u.count, last_batch = u.batch, points = u.points || t.points,
          first_batch = case when t.count = 0 then u.batch else t.first_batch end
        from unnest($1, $2, $3, $4) u(series_id, count, batch, points) where t.series_id = u.series_id
        """;

    private const string AddTail = """
        insert into metric_tail (series_id, count, first_batch, last_batch, points)
        select series_id, count, batch, batch, points from unnest($1, $2, $3, $4) u(series_id, count, batch, points)
        """;

    private static SeriesState StateOf(NpgsqlDataReader reader) =>
        new()
        {
            Id = reader.GetInt64(1),
            Key = reader.GetString(2),
            Count = reader.GetInt64(3),
            LastStep = Value<long>(reader, 4),
            LastAt = Value<DateTime>(reader, 5),
            LastValue = Value<double>(reader, 6),
            MinStep = Value<long>(reader, 7),
            MinValue = Value<double>(reader, 8),
            MaxStep = Value<long>(reader, 9),
            MaxValue = Value<double>(reader, 10),
            NextStep = (Value<long>(reader, 4) ?? 0) + 1,
        };

    private static T? Value<T>(NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
