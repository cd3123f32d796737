using System.Runtime.InteropServices;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Metrics;

/// <summary>What a batch adds to one series.</summary>
internal sealed class SeriesWrite(SeriesState state, int? tail)
{
    private readonly List<Arrival> _arrived = [];
    private PointBlock? _points;
    private PointBlock? _whole;
    private int[] _requests = [];
    private readonly List<ChunkHead> _replaced = [];
    private readonly List<NewChunk> _chunks = [];
    private IReadOnlyList<ChunkHead> _near = [];
    private IReadOnlyList<ChunkChange> _changes = [];

    public SeriesState State => state;

    /// <summary>The series has a row of <c>metric_tail</c>.</summary>
    public bool HasTail => tail is not null;

    /// <summary>The new points in order. Once <see cref="RemoveStored"/> was called, those that are not stored yet.</summary>
    public PointBlock Points => _points!;

    /// <summary>The tail and the new points become chunks.</summary>
    public bool IsSealed { get; private set; }

    /// <summary>A point is not after all that are stored: it may be one of them.</summary>
    public bool IsLate => state.Last is { } last && Points.First <= last;

    /// <summary>The points of the tail, if they are needed.</summary>
    public PointBlock? Tail { get; private set; }

    public bool NeedsTail => tail > 0 && (IsSealed || IsLate);

    public bool NeedsChunks => IsSealed || IsLate;

    public IReadOnlyList<ChunkHead> Replaced => _replaced;

    public IReadOnlyList<NewChunk> Chunks => _chunks;

    /// <summary>How many points of the tail there are afterwards, besides the new ones.</summary>
    public int TailCount => tail ?? 0;

    /// <summary>All places that the batch concerns.</summary>
    public SeriesRange Range
    {
        get
        {
            var whole = IsSealed && Tail is { } stored ? stored : Points;
            return new SeriesRange(
                state.Id,
                whole.First < Points.First ? whole.First : Points.First,
                whole.Last > Points.Last ? whole.Last : Points.Last
            );
        }
    }

    public void Add(int request, long step, long time, double value, int stage) =>
        _arrived.Add(new Arrival(request, state.Resolve(step), time, value, stage));

    /// <summary>Orders the points; of those with the same step and time the first stays.</summary>
    public void Order(long batch)
    {
        var points = new PointBlock(_arrived.Count);
        for (var i = 0; i < points.Count; i++)
        {
            var arrival = _arrived[i];
            (points.Steps[i], points.Times[i]) = (arrival.Step, arrival.Time);
            (points.Values[i], points.Batches[i]) = (arrival.Value, batch);
            points.SetStage(i, arrival.Stage);
        }

        _points = points.InOrder(out var indexes);
        _requests = indexes is null
            ? [.. _arrived.Select(arrival => arrival.Request)]
            : [.. indexes.Select(index => _arrived[index].Request)];
        IsSealed = TailCount + _points.Count >= ChunkSizes.Tail;
    }

    public void TakeTail(PointBlock? stored) => Tail = stored;

    /// <summary>Takes the chunks around the points, and says which of them may have a new point already.</summary>
    public IEnumerable<ChunkHead> TakeChunks(IReadOnlyList<ChunkHead> chunks)
    {
        _near = chunks;
        return IsLate
            ? ChunkPlan
                .For(Points, chunks)
                .SelectMany(change => change.Replaced.Where(chunk => Points.PlaceOf(change.From) <= chunk.Last))
            : [];
    }

    /// <summary>Leaves out the new points that are stored already.</summary>
    /// <param name="stored">The chunks that may have them.</param>
    /// <param name="old">The places of points that are in no chunk yet.</param>
    public void RemoveStored(IReadOnlyDictionary<ChunkHead, PointBlock> stored, IReadOnlySet<PointPlace>? old)
    {
        if (!IsLate)
        {
            return;
        }

        var chunks = _near.Where(stored.ContainsKey).Select(head => stored[head]).ToList();
        var kept = new List<int>(Points.Count);
        var at = 0;
        for (var i = 0; i < Points.Count; i++)
        {
            var place = Points.PlaceOf(i);
            while (at + 1 < chunks.Count && chunks[at + 1].First <= place)
            {
                at++;
            }

            var isStored =
                Tail?.Find(place) >= 0
                || (at < chunks.Count && chunks[at].Find(place) >= 0)
                || old?.Contains(place) is true;
            if (!isStored)
            {
                kept.Add(i);
            }
        }

        if (kept.Count < Points.Count)
        {
            _requests = [.. kept.Select(index => _requests[index])];
            _points = Points.Pick([.. kept]);
            IsSealed = kept.Count > 0 && TailCount + kept.Count >= ChunkSizes.Tail;
        }
    }

    /// <summary>Decides which chunks change, and says which those are.</summary>
    public IEnumerable<ChunkHead> Plan()
    {
        _changes = IsSealed ? ChunkPlan.For(Whole(), _near) : [];
        return _changes.SelectMany(change => change.Replaced);
    }

    /// <summary>Makes the chunks.</summary>
    public void Seal(IReadOnlyDictionary<ChunkHead, PointBlock> stored)
    {
        foreach (var change in _changes)
        {
            var parts = change.Replaced.Select(chunk => stored[chunk]).Append(Whole().Slice(change.From, change.Count));
            _replaced.AddRange(change.Replaced);
            _chunks.AddRange(ChunkPlan.Cut(PointBlock.Merge([.. parts])).Select(part => new NewChunk(state.Id, part)));
        }
    }

    /// <summary>Adds what each request stored.</summary>
    public void CountStored(int[] stored)
    {
        foreach (var request in _requests)
        {
            stored[request]++;
        }
    }

    private PointBlock Whole() => _whole ??= Tail is { } stored ? PointBlock.Merge([stored, Points]) : Points;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Arrival(int Request, long Step, long Time, double Value, int Stage);
}
