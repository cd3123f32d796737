namespace Platform.Tracking.Metrics.Storage;

/// <summary>
/// What a chart of a long series needs of a chunk: its first and last point, and the lowest and highest of each 128 points. Zooming out to
/// 2,000 of a million points reads these and no values.
/// </summary>
internal sealed class ChunkSummary
{
    /// <summary>How many points a bucket has; the last one may have fewer.</summary>
    public const int BucketSize = 128;

    private readonly PointBlock _points;
    private readonly int _count;

    private ChunkSummary(PointBlock points, int count)
    {
        _points = points;
        _count = count;
    }

    /// <summary>Summarizes points that are in order.</summary>
    public static byte[] Encode(PointBlock chunk)
    {
        var buckets = BucketsOf(chunk.Count);
        var kept = new int[(2 * buckets) + 2];
        kept[0] = 0;
        kept[^1] = chunk.Count - 1;
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            var from = bucket * BucketSize;
            var to = Math.Min(from + BucketSize, chunk.Count);
            var (lowest, highest) = chunk.Extremes(from, to);
            (kept[(2 * bucket) + 1], kept[(2 * bucket) + 2]) = (Math.Min(lowest, highest), Math.Max(lowest, highest));
        }

        // Which batches stored them is of no interest here.
        var summary = chunk.Pick(kept);
        Array.Clear(summary.Batches);
        return PointCodec.Encode(summary, compress: false);
    }

    public static ChunkSummary Decode(ReadOnlySpan<byte> bytes, int count)
    {
        var points = PointCodec.Decode(bytes);
        return points.Count == (2 * BucketsOf(count)) + 2
            ? new ChunkSummary(points, count)
            : throw new InvalidDataException("A stored summary of points does not fit its chunk.");
    }

    /// <summary>Lets a sampler see the chunk.</summary>
    public void AddTo(SeriesSampler sampler)
    {
        var buckets = BucketsOf(_count);
        sampler.AddEnd(_points.PointOf(0));
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            var size = Math.Min(BucketSize, _count - (bucket * BucketSize));
            sampler.AddBucket(_points.PointOf((2 * bucket) + 1), _points.PointOf((2 * bucket) + 2), size);
        }

        sampler.AddEnd(_points.PointOf(_points.Count - 1));
    }

    private static int BucketsOf(int count) => (count + BucketSize - 1) / BucketSize;
}
