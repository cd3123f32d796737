using System.Runtime.InteropServices;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Metrics;

/// <summary>One point of a series.</summary>
/// <param name="Time">In microseconds since 1970.</param>
/// <param name="Stage">The id of its stage, or 0.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SeriesPoint(long Step, long Time, double Value, int Stage)
{
    public DateTime At => PointTime.ToDateTime(Time);
}

/// <summary>
/// Downsamples a streamed series: keeps its first and last point and the lowest and highest point of each bucket. All
/// buckets have the same number of points. Memory grows with the requested points, not with the series: when the
/// buckets are used up, neighbours are merged and the bucket size doubles. A series that fits is kept completely.
/// </summary>
internal sealed class SeriesSampler
{
    /// <summary>The first, the last, and two of one bucket.</summary>
    public const int MinPoints = 4;

    private readonly int _maxPoints;
    private readonly int _maxBuckets;
    private readonly bool _byTime;

    /// <summary>All points while they fit: buckets keep two of three.</summary>
    private readonly List<SeriesPoint> _all;
    private readonly List<Bucket> _buckets;
    private long _bucketSize;
    private long _count;
    private SeriesPoint _first;
    private SeriesPoint _last;
    private bool _hasFirst;

    /// <summary>Starts a series.</summary>
    /// <param name="maxPoints">How many points may be kept.</param>
    /// <param name="expected">The expected number of points; a wrong number only costs resolution.</param>
    /// <param name="byTime">Whether points come in the order of their times, not of their steps.</param>
    public SeriesSampler(int maxPoints, long expected, bool byTime = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPoints, MinPoints);
        _maxPoints = maxPoints;
        _byTime = byTime;
        _maxBuckets = (maxPoints - 2) / 2;
        _all = new List<SeriesPoint>((int)Math.Min(maxPoints, expected));
        _bucketSize = Math.Max(1, (expected + _maxBuckets - 1) / _maxBuckets);
        _buckets = new List<Bucket>((int)Math.Min(_maxBuckets, expected + 1));
    }

    /// <summary>How many points a bucket has: two of them are kept.</summary>
    public long BucketSize => _bucketSize;

    public void Add(long step, DateTime at, double value, int stage) =>
        Add(new SeriesPoint(step, PointTime.Of(at), value, stage));

    public void Add(in SeriesPoint point)
    {
        AddEnd(point);
        _count++;
        if (_count <= _maxPoints)
        {
            _all.Add(point);
        }

        if (IsLastBucketOpen())
        {
            _buckets[^1].Add(point);
        }
        else
        {
            _buckets.Add(new Bucket(point));
        }
    }

    /// <summary>Adds points of a block, in its order.</summary>
    public void Add(PointBlock block, int from, int to)
    {
        if (_count + to - from <= _maxPoints || _bucketSize <= 2)
        {
            for (var i = from; i < to; i++)
            {
                Add(block.PointOf(i));
            }

            return;
        }

        if (from < to)
        {
            AddEnd(block.PointOf(from));
        }

        for (int next; from < to; from = next)
        {
            var room = IsLastBucketOpen() ? _bucketSize - _buckets[^1].Count : _bucketSize;
            next = (int)Math.Min(to, from + room);
            var (lowest, highest) = block.Extremes(from, next);
            AddBucket(block.PointOf(Math.Min(lowest, highest)), block.PointOf(Math.Max(lowest, highest)), next - from);
            AddEnd(block.PointOf(next - 1));
        }
    }

    /// <summary>Adds points of which only the lowest and the highest are at hand. They no longer all fit.</summary>
    public void AddBucket(in SeriesPoint one, in SeriesPoint other, long count)
    {
        _count = Math.Max(_count, _maxPoints) + count;
        var bucket = new Bucket(one);
        if (count > 1)
        {
            bucket.AddSummarized(other, count);
        }

        if (IsLastBucketOpen())
        {
            _buckets[^1].Merge(bucket);
        }
        else
        {
            _buckets.Add(bucket);
        }
    }

    /// <summary>Makes a point the last one, and the first one when there was none. It is not counted.</summary>
    public void AddEnd(in SeriesPoint point)
    {
        if (!_hasFirst)
        {
            (_first, _hasFirst) = (point, true);
        }

        _last = point;
    }

    private bool IsLastBucketOpen()
    {
        if (_buckets.Count == _maxBuckets && _buckets[^1].Count >= _bucketSize)
        {
            MergeNeighbours();
        }

        return _buckets.Count > 0 && _buckets[^1].Count < _bucketSize;
    }

    /// <summary>The kept points in order.</summary>
    public List<SeriesPoint> Points()
    {
        if (_count <= _maxPoints)
        {
            return _all;
        }

        var points = new List<SeriesPoint>((_buckets.Count * 2) + 2);
        points.Add(_first);
        foreach (var bucket in _buckets)
        {
            var inOrder = IsLater(bucket.Highest, bucket.Lowest);
            AddLater(points, inOrder ? bucket.Lowest : bucket.Highest);
            AddLater(points, inOrder ? bucket.Highest : bucket.Lowest);
        }

        AddLater(points, _last);
        return points;
    }

    private void AddLater(List<SeriesPoint> points, in SeriesPoint point)
    {
        if (IsLater(point, points[^1]))
        {
            points.Add(point);
        }
    }

    private bool IsLater(in SeriesPoint point, in SeriesPoint other) =>
        _byTime
            ? point.Time > other.Time || (point.Time == other.Time && point.Step > other.Step)
            : point.Step > other.Step || (point.Step == other.Step && point.Time > other.Time);

    private void MergeNeighbours()
    {
        var merged = 0;
        for (var i = 0; i < _buckets.Count; i += 2)
        {
            if (i + 1 < _buckets.Count)
            {
                _buckets[i].Merge(_buckets[i + 1]);
            }

            _buckets[merged++] = _buckets[i];
        }

        _buckets.RemoveRange(merged, _buckets.Count - merged);
        _bucketSize *= 2;
    }

    /// <summary>Consecutive points, of which two are kept.</summary>
    private sealed class Bucket(SeriesPoint point)
    {
        public SeriesPoint Lowest { get; private set; } = point;
        public SeriesPoint Highest { get; private set; } = point;
        public long Count { get; private set; } = 1;

        public void Add(in SeriesPoint point)
        {
            if (Count == 1)
            {
                // Both are kept, even when they are equal or NaN.
                Highest = point;
            }
            else
            {
                if (Count == 2)
                {
                    Arrange();
                }

                Take(point);
            }

            Count++;
        }

        /// <summary>Takes the extremes of more points, of which the first one is one.</summary>
        public void AddSummarized(in SeriesPoint other, long count)
        {
            Highest = other;
            Count = count;
            if (count > 2)
            {
                Arrange();
            }
        }

        public void Merge(Bucket later)
        {
            if (Count == 1 && later.Count == 1)
            {
                Highest = later.Lowest;
            }
            else
            {
                if (Count <= 2)
                {
                    Arrange();
                }

                Take(later.Lowest);
                Take(later.Highest);
            }

            Count += later.Count;
        }

        /// <summary>Orders two points by value that were kept in the order of arrival.</summary>
        private void Arrange()
        {
            var (one, other) = (Lowest, Highest);
            (Lowest, Highest) = (one, one);
            Take(other);
        }

        /// <summary>NaN is neither lowest nor highest while there is a number.</summary>
        private void Take(in SeriesPoint point)
        {
            if (point.Value < Lowest.Value || (double.IsNaN(Lowest.Value) && !double.IsNaN(point.Value)))
            {
                Lowest = point;
            }

            if (point.Value > Highest.Value || (double.IsNaN(Highest.Value) && !double.IsNaN(point.Value)))
            {
                Highest = point;
            }
        }
    }
}
