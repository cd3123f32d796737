using System.Runtime.InteropServices;
using Npgsql;
using Platform.EventStore;

namespace Platform.Tracking.Metrics.Storage;

/// <summary>Points in a row each, as all were stored before there were chunks. Once they are moved the table is empty.</summary>
internal static class OldPoints
{
    public static async Task<Dictionary<long, HashSet<PointPlace>>> FindPlacesAsync(
        NpgsqlConnection connection,
        IReadOnlyList<SeriesRange> ranges,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            select p.series_id, p.step, p.at from unnest($1, $2, $3) u(series_id, from_step, to_step)
            join metric_point p on p.series_id = u.series_id and p.step between u.from_step and u.to_step
            """,
            ranges.Select(range => range.Series).ToArray(),
            ranges.Select(range => range.From.Step).ToArray(),
            ranges.Select(range => range.To.Step).ToArray()
        );
        var places = new Dictionary<long, HashSet<PointPlace>>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var series = rows.GetInt64(0);
            if (!places.TryGetValue(series, out var ofSeries))
            {
                places.Add(series, ofSeries = []);
            }

            ofSeries.Add(new PointPlace(rows.GetInt64(1), PointTime.Of(rows.GetDateTime(2))));
        }

        return places;
    }

    /// <summary>Asks for the points of series in a range, in order.</summary>
    public static void AddQuery(NpgsqlBatch batch, long[] series, PointRange range) =>
        batch.Add(
            """
            select series_id, step, at, value, stage_id, batch from metric_point
            where series_id = any($1) and step >= $2 and step <= $3 and batch > $4 order by series_id, step, at
            """,
            series,
            range.FromStep,
            range.ToStep,
            range.AfterBatch
        );

    /// <summary>Reads points that were asked for, series by series.</summary>
    public static async Task ReadAsync(
        NpgsqlDataReader rows,
        Action<long, PointBlock> take,
        CancellationToken cancellationToken
    )
    {
        var points = new List<Row>();
        var series = 0L;
        while (await rows.ReadAsync(cancellationToken))
        {
            if (rows.GetInt64(0) != series && points.Count > 0)
            {
                take(series, BlockOf(points));
                points.Clear();
            }

            series = rows.GetInt64(0);
            points.Add(RowOf(rows));
        }

        if (points.Count > 0)
        {
            take(series, BlockOf(points));
        }
    }

    private static Row RowOf(NpgsqlDataReader rows) =>
        new(
            rows.GetInt64(1),
            PointTime.Of(rows.GetDateTime(2)),
            rows.GetDouble(3),
            rows.IsDBNull(4) ? 0 : rows.GetInt32(4),
            rows.GetInt64(5)
        );

    private static PointBlock BlockOf(List<Row> rows)
    {
        var block = new PointBlock(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            (block.Steps[i], block.Times[i]) = (row.Step, row.Time);
            (block.Values[i], block.Batches[i]) = (row.Value, row.Batch);
            block.SetStage(i, row.Stage);
        }

        return block;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Row(long Step, long Time, double Value, int Stage, long Batch);
}
