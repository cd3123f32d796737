using System.Runtime.InteropServices;
using Npgsql;
using Platform.EventStore;

namespace Platform.Tracking.Metrics.Storage;

/// <summary>The places of one series that something is stored at.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SeriesRange(long Series, PointPlace From, PointPlace To);

/// <summary>Reads and writes chunks and tails in the transaction of a writer, which has the lock of their run.</summary>
internal static class ChunkTable
{
    /// <summary>How many chunks before a range, and after it, are of interest: as many small ones there can be.</summary>
    private const int Beside = 12;

    /// <summary>Finds the chunks from some before each range to some after it, in order.</summary>
    public static async Task<Dictionary<long, List<ChunkHead>>> FindAsync(
        NpgsqlConnection connection,
        IReadOnlyList<SeriesRange> ranges,
        CancellationToken cancellationToken
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            $"""
            select u.series_id, c.first_step, c.first_time, c.last_step, c.last_time, c.count
            from unnest($1, $2, $3, $4, $5) u(series_id, from_step, from_time, to_step, to_time)
            cross join lateral (
              (select p.* from metric_chunk p
               where p.series_id = u.series_id and (p.first_step, p.first_time) <= (u.from_step, u.from_time)
               order by p.first_step desc, p.first_time desc limit {Beside})
              union all
              (select p.* from metric_chunk p
               where p.series_id = u.series_id and (p.first_step, p.first_time) > (u.from_step, u.from_time)
                 and (p.first_step, p.first_time) <= (u.to_step, u.to_time))
              union all
              (select p.* from metric_chunk p
               where p.series_id = u.series_id and (p.first_step, p.first_time) > (u.to_step, u.to_time)
               order by p.first_step, p.first_time limit {Beside})) c
            order by u.series_id, c.first_step, c.first_time
            """,
            ranges.Select(range => range.Series).ToArray(),
            ranges.Select(range => range.From.Step).ToArray(),
            ranges.Select(range => range.From.Time).ToArray(),
            ranges.Select(range => range.To.Step).ToArray(),
            ranges.Select(range => range.To.Time).ToArray()
        );
        var chunks = new Dictionary<long, List<ChunkHead>>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var head = new ChunkHead(
                rows.GetInt64(0),
                new PointPlace(rows.GetInt64(1), rows.GetInt64(2)),
                new PointPlace(rows.GetInt64(3), rows.GetInt64(4)),
                rows.GetInt32(5)
            );
            if (!chunks.TryGetValue(head.Series, out var ofSeries))
            {
                chunks.Add(head.Series, ofSeries = []);
            }

            ofSeries.Add(head);
        }

        return chunks;
    }

    /// <summary>Reads the points of chunks.</summary>
    public static async Task<Dictionary<ChunkHead, PointBlock>> ReadAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<ChunkHead> heads,
        CancellationToken cancellationToken
    )
    {
        var blocks = new Dictionary<ChunkHead, PointBlock>();
        if (heads.Count == 0)
        {
            return blocks;
        }

        var byFirst = heads.ToDictionary(head => (head.Series, head.First));
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            select c.series_id, c.first_step, c.first_time, c.points
            from unnest($1, $2, $3) u(series_id, first_step, first_time)
            join metric_chunk c on c.series_id = u.series_id and c.first_step = u.first_step and c.first_time = u.first_time
            """,
            heads.Select(head => head.Series).ToArray(),
            heads.Select(head => head.First.Step).ToArray(),
            heads.Select(head => head.First.Time).ToArray()
        );
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var head = byFirst[(rows.GetInt64(0), new PointPlace(rows.GetInt64(1), rows.GetInt64(2)))];
            blocks.Add(head, Decode(rows, 3));
        }

        return blocks;
    }

    /// <summary>Reads the tails of series, each as one block in order.</summary>
    public static async Task<Dictionary<long, PointBlock>> ReadTailsAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<long> series,
        CancellationToken cancellationToken
    )
    {
        var tails = new Dictionary<long, PointBlock>();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            "select series_id, points from metric_tail where series_id = any($1) and count > 0",
            series.ToArray()
        );
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            tails.Add(rows.GetInt64(0), DecodeTail(rows, 1));
        }

        return tails;
    }

    /// <summary>The points of a tail or of a chunk, in order.</summary>
    public static PointBlock DecodeTail(NpgsqlDataReader rows, int column)
    {
        var bytes = rows.GetFieldValue<byte[]>(column);
        var blocks = new List<PointBlock>();
        var reader = new ByteReader(bytes);
        while (!reader.IsAtEnd)
        {
            blocks.Add(PointCodec.Decode(ref reader));
        }

        blocks.Reverse();
        return PointBlock.Merge(blocks);
    }

    private static PointBlock Decode(NpgsqlDataReader rows, int column) =>
        PointCodec.Decode(rows.GetFieldValue<byte[]>(column));

    /// <summary>Replaces chunks.</summary>
    public static void AddChanges(NpgsqlBatch batch, IReadOnlyList<ChunkHead> replaced, IReadOnlyList<NewChunk> chunks)
    {
        if (replaced.Count > 0)
        {
            batch.Add(
                """
                delete from metric_chunk c using unnest($1, $2, $3) u(series_id, first_step, first_time)
                where c.series_id = u.series_id and c.first_step = u.first_step and c.first_time = u.first_time
                """,
                replaced.Select(head => head.Series).ToArray(),
                replaced.Select(head => head.First.Step).ToArray(),
                replaced.Select(head => head.First.Time).ToArray()
            );
        }

        if (chunks.Count == 0)
        {
            return;
        }

        batch.Add(
            """
            insert into metric_chunk (series_id, first_step, first_time, last_step, last_time, min_time, max_time, first_batch,
              last_batch, count, in_order_of_time, summary, points)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            chunks.Select(chunk => chunk.Series).ToArray(),
            chunks.Select(chunk => chunk.Points.First.Step).ToArray(),
            chunks.Select(chunk => chunk.Points.First.Time).ToArray(),
            chunks.Select(chunk => chunk.Points.Last.Step).ToArray(),
            chunks.Select(chunk => chunk.Points.Last.Time).ToArray(),
            chunks.Select(chunk => chunk.Points.Times.Min()).ToArray(),
            chunks.Select(chunk => chunk.Points.Times.Max()).ToArray(),
            chunks.Select(chunk => chunk.Points.Batches.Min()).ToArray(),
            chunks.Select(chunk => chunk.Points.Batches.Max()).ToArray(),
            chunks.Select(chunk => chunk.Points.Count).ToArray(),
            chunks.Select(chunk => chunk.Points.IsInOrderOfTime()).ToArray(),
            chunks.Select(chunk => ChunkSummary.Encode(chunk.Points)).ToArray(),
            chunks.Select(chunk => PointCodec.Encode(chunk.Points)).ToArray()
        );
    }
}

/// <summary>A chunk that is to be stored.</summary>
internal sealed record NewChunk(long Series, PointBlock Points);
