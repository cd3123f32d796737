namespace Platform.Tracking.Metrics;

/// <summary>One point of a series; positions count from 0 in the order of step and time.</summary>
/// <param name="Stage">The id of its stage, or 0.</param>
internal readonly record struct SeriesPoint(long Position, long Step, DateTime At, double Value, int Stage);

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

    /// <summary>All points while they fit: buckets keep two of three.</summary>
    private readonly List<SeriesPoint> _all;
    private readonly List<Bucket> _buckets;
    private long _bucketSize;
    private long _count;
    private SeriesPoint _first;
    private SeriesPoint _last;

    /// <summary>Starts a series.</summary>
    /// <param name="maxPoints">How many points may be kept.</param>
    /// <param name="expected">The expected number of points; a wrong number only costs resolution.</param>
    public SeriesSampler(int maxPoints, long expected)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPoints, MinPoints);
        _maxPoints = maxPoints;
        _maxBuckets = (maxPoints - 2) / 2;
        _all = new List<SeriesPoint>((int)Math.Min(maxPoints, expected));
        _bucketSize = Math.Max(1, (expected + _maxBuckets - 1) / _maxBuckets);
        _buckets = new List<Bucket>((int)Math.Min(_maxBuckets, expected + 1));
    }

    public void Add(long step, DateTime at, double value, int stage)
    {
        var point = new SeriesPoint(_count, step, at, value, stage);
        if (_count == 0)
        {
            _first = point;
        }

        _last = point;
        _count++;
        if (_count <= _maxPoints)
        {
            _all.Add(point);
        }

        if (_buckets.Count == _maxBuckets && _buckets[^1].Count == _bucketSize)
        {
            MergeNeighbours();
        }

        if (_buckets.Count > 0 && _buckets[^1].Count < _bucketSize)
        {
            _buckets[^1].Add(point);
        }
        else
        {
            _buckets.Add(new Bucket(point));
        }
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
            var inOrder = bucket.Lowest.Position < bucket.Highest.Position;
            AddLater(points, inOrder ? bucket.Lowest : bucket.Highest);
            AddLater(points, inOrder ? bucket.Highest : bucket.Lowest);
        }

        AddLater(points, _last);
        return points;
    }

    private static void AddLater(List<SeriesPoint> points, in SeriesPoint point)
    {
        if (point.Position > points[^1].Position)
        {
            points.Add(point);
        }
    }

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
