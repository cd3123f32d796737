using System.Runtime.InteropServices;

namespace Platform.Tracking.Metrics.Storage;

/// <summary>A chunk without its points.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChunkHead(long Series, PointPlace First, PointPlace Last, int Count);

/// <summary>How many points go together.</summary>
internal static class ChunkSizes
{
    /// <summary>With so many new points a series' tail becomes a chunk.</summary>
    public const int Tail = 128;

    /// <summary>A chunk with as many is complete: points after it begin another.</summary>
    public const int Complete = 8192;

    public const int Most = 16_384;
}

/// <summary>Points that go into one place of a series, together with those of the chunks there.</summary>
/// <param name="From">The first of the points.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Replaced">Chunks next to each other, in order; none when the points become a chunk of their own.</param>
internal sealed record ChunkChange(int From, int Count, IReadOnlyList<ChunkHead> Replaced);

/// <summary>
/// Decides which chunks new points change. Most points come after all others and begin a chunk; a small chunk before them is taken in, so
/// that a series has few of them and each point is written again only a few times.
/// </summary>
internal static class ChunkPlan
{
    /// <summary>A chunk is taken in when it is at most so many times as large as what comes.</summary>
    private const int Growth = 4;

    /// <summary>Fewer points between two chunks go into the one before.</summary>
    private const int FewestBetween = 512;

    /// <summary>Makes the plan for points that are in order.</summary>
    /// <param name="chunks">
    /// The chunks of the series from before the first point to after the last one, in order: several before and several after.
    /// </param>
    public static IReadOnlyList<ChunkChange> For(PointBlock points, IReadOnlyList<ChunkHead> chunks)
    {
        var changes = new List<ChunkChange>();
        var used = -1;
        for (var from = 0; from < points.Count; )
        {
            // The chunk that begins before these points, or -1, and the points up to the next one.
            var at = LastBefore(chunks, points.PlaceOf(from));
            var to = at + 1 < chunks.Count ? IndexOf(points, chunks[at + 1].First, from) : points.Count;
            var change = Change(points, from, to, chunks, at, used);
            changes.Add(change);
            used = Math.Max(used, at);
            from = to;
        }

        return changes;
    }

    /// <summary>Cuts points into chunks of about the same size.</summary>
    public static IEnumerable<PointBlock> Cut(PointBlock points)
    {
        var parts = (points.Count + ChunkSizes.Most - 1) / ChunkSizes.Most;
        for (var part = 0; part < parts; part++)
        {
            var from = (int)((long)points.Count * part / parts);
            var to = (int)((long)points.Count * (part + 1) / parts);
            yield return parts == 1 ? points : points.Slice(from, to - from);
        }
    }

    private static ChunkChange Change(
        PointBlock points,
        int from,
        int to,
        IReadOnlyList<ChunkHead> chunks,
        int at,
        int used
    )
    {
        var count = to - from;
        if (at < 0)
        {
            // Before all others: the next chunks begin after them, unless other points go into the first one.
            var (taken, total) = (0, count);
            while (to == points.Count && taken < chunks.Count && IsTakenIn(chunks[taken], total))
            {
                total += chunks[taken].Count;
                taken++;
            }

            return new ChunkChange(from, count, [.. chunks.Take(taken)]);
        }

        var isLast = at + 1 == chunks.Count;
        if (points.PlaceOf(from) <= chunks[at].Last || (!isLast && count < FewestBetween))
        {
            return new ChunkChange(from, count, [chunks[at]]);
        }

        var first = at + 1;
        var size = count;
        while (first - 1 > used && IsTakenIn(chunks[first - 1], size))
        {
            first--;
            size += chunks[first].Count;
        }

        return new ChunkChange(from, count, [.. chunks.Skip(first).Take(at + 1 - first)]);
    }

    private static bool IsTakenIn(in ChunkHead chunk, int count) =>
        chunk.Count < ChunkSizes.Complete && chunk.Count <= (long)Growth * count;

    private static int LastBefore(IReadOnlyList<ChunkHead> chunks, PointPlace place)
    {
        var (low, high) = (0, chunks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (chunks[middle].First <= place)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    private static int IndexOf(PointBlock points, PointPlace place, int from)
    {
        var index = points.Find(place);
        return Math.Max(from, index < 0 ? ~index : index);
    }
}
