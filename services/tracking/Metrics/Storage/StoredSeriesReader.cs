using System.Diagnostics;
using Npgsql;
using Platform.EventStore;

namespace Platform.Tracking.Metrics.Storage;

/// <summary>
/// Reads some series in a transaction whose snapshot does not change. Of a long series it reads the summaries of chunks, and only of those
/// chunks the points that are partly in the range or have later points among theirs.
/// </summary>
internal sealed class StoredSeriesReader(
    NpgsqlConnection connection,
    PointRange range,
    CancellationToken cancellationToken
)
{
    /// <summary>More series at once take more memory than they save time.</summary>
    public const int MaxSeries = 64;

    private readonly Dictionary<long, Stored> _series = [];

    /// <summary>Finds what is stored of series.</summary>
    public async Task FindAsync(IReadOnlyCollection<long> series)
    {
        foreach (var id in series)
        {
            _series.Add(id, new Stored());
        }

        if (series.Count == 0)
        {
            return;
        }

        await using (var batch = new NpgsqlBatch(connection))
        {
            AddQueries(batch, [.. series]);
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                AddChunk(rows);
            }

            await rows.NextResultAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                var tail = ChunkTable.DecodeTail(rows, 1);
                _series[rows.GetInt64(0)].Loose.Add(tail.Where(index => range.Has(tail, index)));
            }

            await rows.NextResultAsync(cancellationToken);
            await OldPoints.ReadAsync(
                rows,
                (id, points) => _series[id].Loose.Add(points.Where(index => range.Has(points, index))),
                cancellationToken
            );
        }

        // Those that are partly wanted are read first, as the number of points decides how the others are.
        await ReadAsync(chunk => !chunk.IsWhole);
        foreach (var stored in _series.Values)
        {
            stored.Cut(range);
        }
    }

    /// <summary>Reads the points of chunks whose summaries are not enough for a number of points of each series.</summary>
    public Task ReadChunksAsync(int maxPoints)
    {
        foreach (var stored in _series.Values)
        {
            stored.Decide(maxPoints, range.ByTime);
        }

        return ReadAsync(chunk => !chunk.IsSummarized && chunk.Points is null);
    }

    public List<SeriesPoint> Sample(long series, int maxPoints)
    {
        var stored = _series.GetValueOrDefault(series) ?? new Stored();
        var sampler = new SeriesSampler(maxPoints, stored.Count, range.ByTime);
        if (range.ByTime && !stored.IsInOrderOfTime)
        {
            var points = stored.All().ByTime();
            sampler.Add(points, 0, points.Count);
            return sampler.Points();
        }

        stored.AddTo(sampler);
        return sampler.Points();
    }

    /// <summary>All points of a series in order.</summary>
    public PointBlock All(long series) => _series[series].All();

    private void AddQueries(NpgsqlBatch batch, long[] series)
    {
        batch.Add(
            """
            select series_id, first_step, first_time, last_step, last_time, count, min_time, max_time, first_batch, in_order_of_time,
              summary
            from metric_chunk
            where series_id = any($1) and last_step >= $2 and first_step <= $3 and max_time >= $4 and min_time <= $5
              and last_batch > $6
            order by series_id, first_step, first_time
            """,
            series,
            range.FromStep,
            range.ToStep,
            range.FromTime,
            range.ToTime,
            range.AfterBatch
        );
        batch.Add(
            "select series_id, points from metric_tail where series_id = any($1) and count > 0 and last_batch > $2",
            series,
            range.AfterBatch
        );
        OldPoints.AddQuery(batch, series, range);
    }

    private void AddChunk(NpgsqlDataReader rows)
    {
        var head = new ChunkHead(
            rows.GetInt64(0),
            new PointPlace(rows.GetInt64(1), rows.GetInt64(2)),
            new PointPlace(rows.GetInt64(3), rows.GetInt64(4)),
            rows.GetInt32(5)
        );
        var (minTime, maxTime) = (rows.GetInt64(6), rows.GetInt64(7));
        _series[head.Series]
            .Chunks.Add(
                new StoredChunk(head, minTime, maxTime, rows.GetBoolean(9), rows.GetFieldValue<byte[]>(10))
                {
                    IsWhole =
                        head.First.Step >= range.FromStep
                        && head.Last.Step <= range.ToStep
                        && minTime >= range.FromTime
                        && maxTime <= range.ToTime
                        && rows.GetInt64(8) > range.AfterBatch,
                }
            );
    }

    private async Task ReadAsync(Func<StoredChunk, bool> isNeeded)
    {
        var needed = _series
            .Values.SelectMany(stored => stored.Chunks)
            .Where(isNeeded)
            .ToDictionary(chunk => (chunk.Head.Series, chunk.Head.First));
        if (needed.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            select c.series_id, c.first_step, c.first_time, c.points
            from unnest($1, $2, $3) u(series_id, first_step, first_time)
            join metric_chunk c on c.series_id = u.series_id and c.first_step = u.first_step and c.first_time = u.first_time
            """,
            needed.Keys.Select(key => key.Series).ToArray(),
            needed.Keys.Select(key => key.First.Step).ToArray(),
            needed.Keys.Select(key => key.First.Time).ToArray()
        );
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var key = (rows.GetInt64(0), new PointPlace(rows.GetInt64(1), rows.GetInt64(2)));
            needed[key].Take(rows, 3);
        }
    }

    /// <summary>A chunk whose points are read when they are needed, and decoded when their turn comes.</summary>
    private sealed class StoredChunk(ChunkHead head, long minTime, long maxTime, bool isInOrderOfTime, byte[] summary)
    {
        public ChunkHead Head => head;

        public long MinTime => minTime;

        public long MaxTime => maxTime;

        public bool IsInOrderOfTime => isInOrderOfTime;

        /// <summary>All of its points are wanted.</summary>
        public required bool IsWhole { get; init; }

        /// <summary>Its summary is enough.</summary>
        public bool IsSummarized { get; set; }

        /// <summary>Its points, if they were read.</summary>
        public byte[]? Points { get; private set; }

        public void Take(NpgsqlDataReader rows, int column) => Points = rows.GetFieldValue<byte[]>(column);

        public PointBlock Decode() =>
            PointCodec.Decode(Points ?? throw new UnreachableException("A chunk was not read."));

        public ChunkSummary Summary() => ChunkSummary.Decode(summary, head.Count);
    }

    /// <summary>What there is of one series: chunks, and points between and after them.</summary>
    private sealed class Stored
    {
        private PointBlock _loose = new(0);

        public List<PointBlock> Loose { get; } = [];

        public List<StoredChunk> Chunks { get; } = [];

        /// <summary>How many points are wanted.</summary>
        public long Count => _loose.Count + Chunks.Sum(chunk => (long)chunk.Head.Count);

        /// <summary>Whether the order of steps is that of times.</summary>
        public bool IsInOrderOfTime { get; private set; }

        /// <summary>Makes the wanted points of chunks that are partly wanted loose ones.</summary>
        public void Cut(PointRange range)
        {
            foreach (var chunk in Chunks.Where(chunk => !chunk.IsWhole))
            {
                var points = chunk.Decode();
                Loose.Add(points.Where(index => range.Has(points, index)));
            }

            Chunks.RemoveAll(chunk => !chunk.IsWhole);
            _loose = PointBlock.Merge(Loose);
        }

        public void Decide(int maxPoints, bool byTime)
        {
            IsInOrderOfTime = byTime && CheckOrderOfTime();
            var isSampled =
                maxPoints < int.MaxValue
                && (!byTime || IsInOrderOfTime)
                && new SeriesSampler(maxPoints, Count).BucketSize >= ChunkSummary.BucketSize;
            foreach (var chunk in Chunks)
            {
                chunk.IsSummarized = isSampled && !HasLooseWithin(chunk);
            }
        }

        public void AddTo(SeriesSampler sampler)
        {
            var loose = 0;
            foreach (var chunk in Chunks)
            {
                var (from, to) = LooseWithin(chunk);
                sampler.Add(_loose, loose, from);
                loose = to;
                if (chunk.IsSummarized)
                {
                    chunk.Summary().AddTo(sampler);
                    continue;
                }

                var points = chunk.Decode();
                points = from < to ? PointBlock.Merge([points, _loose.Slice(from, to - from)]) : points;
                sampler.Add(points, 0, points.Count);
            }

            sampler.Add(_loose, loose, _loose.Count);
        }

        public PointBlock All() =>
            PointBlock.Merge([PointBlock.Merge([.. Chunks.Select(chunk => chunk.Decode())]), _loose]);

        private bool HasLooseWithin(StoredChunk chunk)
        {
            var (from, to) = LooseWithin(chunk);
            return from < to;
        }

        private (int From, int To) LooseWithin(StoredChunk chunk) =>
            (_loose.IndexFrom(chunk.Head.First), _loose.IndexFrom(chunk.Head.Last));

        private bool CheckOrderOfTime()
        {
            var (time, loose) = (long.MinValue, 0);
            foreach (var chunk in Chunks)
            {
                var (from, to) = LooseWithin(chunk);
                if (!TakeLoose(from) || from < to || !chunk.IsInOrderOfTime || chunk.MinTime < time)
                {
                    return false;
                }

                time = chunk.MaxTime;
            }

            return TakeLoose(_loose.Count);

            bool TakeLoose(int to)
            {
                for (; loose < to; loose++)
                {
                    if (_loose.Times[loose] < time)
                    {
                        return false;
                    }

                    time = _loose.Times[loose];
                }

                return true;
            }
        }
    }
}
