using System.Data;
using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Live;

/// <summary>The state of a followed run.</summary>
internal sealed record LiveState(string Status, long Version, long Batch, DateTimeOffset? EndedAt);

/// <summary>One new point.</summary>
internal readonly record struct LivePoint(long Batch, string Key, long Step, DateTime At, double Value, string? Stage);

/// <summary>What was logged in some batches.</summary>
/// <param name="Last">The last of these batches.</param>
/// <param name="Points">The points, batch by batch.</param>
internal readonly record struct LivePoints(long Last, IReadOnlyList<LivePoint> Points);

/// <summary>Which metrics have points in the next batches.</summary>
/// <param name="Last">The last of these batches.</param>
/// <param name="Keys">Those that may have points; no others have.</param>
internal readonly record struct LiveWindow(long Last, IReadOnlyList<string> Keys);

/// <summary>Reads what was logged after a batch.</summary>
internal sealed class LiveReader(TrackingStore store)
{
    /// <summary>About how many points are read at once; a batch is never divided.</summary>
    private const int ManyPoints = 50_000;

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

    /// <summary>Finds what the next batches after one are about, as many as are read at once.</summary>
    /// <param name="newest">The run's newest known batch.</param>
    public async Task<LiveWindow> WindowAsync(
        string runId,
        string[] keys,
        long after,
        long newest,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        var parts = await PartsAsync(connection, runId, keys, after, cancellationToken);
        var last = LastOf(parts, after, newest);
        parts.RemoveAll(part => part.First > last);
        return new LiveWindow(
            last,
            parts.Exists(part => part.Key is null)
                ? keys
                : [.. parts.Select(part => part.Key!).Distinct(StringComparer.Ordinal)]
        );
    }

    /// <summary>Reads the next batches after one, oldest first.</summary>
    /// <param name="keys">Only these metrics; null for all.</param>
    /// <param name="newest">The run's newest known batch: what is in later ones is left for the next time.</param>
    public async Task<LivePoints> ReadAsync(
        string runId,
        string[]? keys,
        long after,
        long newest,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await store.DataSource.OpenConnectionAsync(cancellationToken);
        // What moves from a tail into a chunk meanwhile is seen once.
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead,
            cancellationToken
        );
        var parts = await PartsAsync(connection, runId, keys, after, cancellationToken);
        var last = LastOf(parts, after, newest);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            select s.key, c.points from metric_series s
            join metric_chunk c on c.series_id = s.id and c.last_batch > $2 and c.first_batch <= $3
            where s.run_id = $1 and ($4 is null or s.key = any($4))
            union all
            select s.key, t.points from metric_series s
            join metric_tail t on t.series_id = s.id and t.count > 0 and t.last_batch > $2 and t.first_batch <= $3
            where s.run_id = $1 and ($4 is null or s.key = any($4))
            """,
            runId,
            after,
            last,
            KeysParameter(keys)
        );
        batch.Add(
            """
            select p.batch, s.key, p.step, p.at, p.value, coalesce(p.stage_id, 0)
            from metric_batch b cross join unnest(b.series, b.from_steps, b.to_steps) u(series_id, from_step, to_step)
            join metric_series s on s.id = u.series_id and ($4 is null or s.key = any($4))
            join metric_point p on p.series_id = u.series_id and p.step between u.from_step and u.to_step
              and p.batch = b.batch
            where b.run_id = $1 and b.batch > $2 and b.batch <= $3
            """,
            runId,
            after,
            last,
            KeysParameter(keys)
        );
        var points = await PointsAsync(batch, after, last, cancellationToken);
        var stages = await StagesAsync(connection, points, cancellationToken);
        return new LivePoints(
            last,
            [
                .. points
                    .Select(one => one.Point with { Stage = stages.GetValueOrDefault(one.Stage) })
                    .OrderBy(point => point.Batch)
                    .ThenBy(point => point.Step)
                    .ThenBy(point => point.Key, StringComparer.Ordinal)
                    .ThenBy(point => point.At),
            ]
        );
    }

    /// <summary>How many points there are after a batch, and between which batches.</summary>
    private static async Task<List<Part>> PartsAsync(
        NpgsqlConnection connection,
        string runId,
        string[]? keys,
        long after,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            select s.key, c.first_batch, c.last_batch, c.count from metric_series s
            join metric_chunk c on c.series_id = s.id and c.last_batch > $2
            where s.run_id = $1 and ($3 is null or s.key = any($3))
            union all
            select s.key, t.first_batch, t.last_batch, t.count from metric_series s
            join metric_tail t on t.series_id = s.id and t.count > 0 and t.last_batch > $2
            where s.run_id = $1 and ($3 is null or s.key = any($3))
            union all
            (select null, b.batch, b.batch, 1000 * cardinality(b.series) from metric_batch b
             where b.run_id = $1 and b.batch > $2 order by b.batch limit 100)
            """,
            runId,
            after,
            KeysParameter(keys)
        );
        var parts = new List<Part>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            parts.Add(
                new Part(
                    await rows.IsDBNullAsync(0, cancellationToken) ? null : rows.GetString(0),
                    rows.GetInt64(1),
                    rows.GetInt64(2),
                    rows.GetInt32(3)
                )
            );
        }

        return parts;
    }

    /// <summary>The last batch until which there are not too many points; the next one at least.</summary>
    private static long LastOf(List<Part> parts, long after, long newest)
    {
        var (low, high) = (Math.Min(after + 1, newest), newest);
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            if (parts.Sum(part => part.PointsIn(after, middle)) <= ManyPoints)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private static async Task<List<(LivePoint Point, int Stage)>> PointsAsync(
        NpgsqlBatch batch,
        long after,
        long last,
        CancellationToken cancellationToken
    )
    {
        var points = new List<(LivePoint Point, int Stage)>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (key, block) = (rows.GetString(0), ChunkTable.DecodeTail(rows, 1));
            for (var i = 0; i < block.Count; i++)
            {
                if (block.Batches[i] > after && block.Batches[i] <= last)
                {
                    var point = block.PointOf(i);
                    points.Add((new(block.Batches[i], key, point.Step, point.At, point.Value, null), point.Stage));
                }
            }
        }

        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            points.Add(Point(rows));
        }

        return points;
    }

    /// <summary>The names of stages by id.</summary>
    private static async Task<Dictionary<int, string>> StagesAsync(
        NpgsqlConnection connection,
        List<(LivePoint Point, int Stage)> points,
        CancellationToken cancellationToken
    )
    {
        var names = new Dictionary<int, string>();
        var ids = points.Select(point => point.Stage).Where(stage => stage > 0).Distinct().ToArray();
        if (ids.Length == 0)
        {
            return names;
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.Add("select id, name from metric_stage where id = any($1)", ids);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            names.Add(rows.GetInt32(0), rows.GetString(1));
        }

        return names;
    }

    private static NpgsqlParameter KeysParameter(string[]? keys) =>
        new() { Value = (object?)keys ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static LiveState State(NpgsqlDataReader reader) =>
        new(
            reader.GetString(0),
            reader.GetInt64(1),
            reader.GetInt64(2),
            reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)
        );

    private static (LivePoint Point, int Stage) Point(NpgsqlDataReader reader) =>
        (
            new(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.GetInt64(2),
                DateTime.SpecifyKind(reader.GetDateTime(3), DateTimeKind.Utc),
                reader.GetDouble(4),
                null
            ),
            reader.GetInt32(5)
        );

    /// <summary>Points of one series that are stored together.</summary>
    /// <param name="Key">Null where points of several are.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Part(string? Key, long First, long Last, int Count)
    {
        /// <summary>About how many are in batches after one until another, as if they were spread evenly.</summary>
        public double PointsIn(long after, long last) =>
            Math.Max(0, Math.Min(last, Last) - Math.Max(after, First - 1)) * (double)Count / (Last - First + 1);
    }
}
