using System.Runtime.InteropServices;

namespace Platform.Tracking.Metrics.Storage;

/// <summary>The place of a point in its series: no two points of a series have the same step and time.</summary>
/// <param name="Time">In microseconds since 1970.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PointPlace(long Step, long Time) : IComparable<PointPlace>
{
    public int CompareTo(PointPlace other) =>
        Step != other.Step ? Step.CompareTo(other.Step) : Time.CompareTo(other.Time);

    public static bool operator <(PointPlace one, PointPlace other) => one.CompareTo(other) < 0;

    public static bool operator >(PointPlace one, PointPlace other) => one.CompareTo(other) > 0;

    public static bool operator <=(PointPlace one, PointPlace other) => one.CompareTo(other) <= 0;

    public static bool operator >=(PointPlace one, PointPlace other) => one.CompareTo(other) >= 0;
}

/// <summary>Points of one series, column by column.</summary>
internal sealed class PointBlock(int count)
{
    public int Count => count;

    public long[] Steps { get; } = new long[count];

    /// <summary>In microseconds since 1970.</summary>
    public long[] Times { get; } = new long[count];

    public double[] Values { get; } = new double[count];

    /// <summary>The ids of their stages, 0 for none; null when none has one.</summary>
    public int[]? Stages { get; private set; }

    /// <summary>The batches that stored them.</summary>
    public long[] Batches { get; } = new long[count];

    public PointPlace First => PlaceOf(0);

    public PointPlace Last => PlaceOf(count - 1);

    public PointPlace PlaceOf(int index) => new(Steps[index], Times[index]);

    public int StageOf(int index) => Stages is null ? 0 : Stages[index];

    public SeriesPoint PointOf(int index) => new(Steps[index], Times[index], Values[index], StageOf(index));

    /// <summary>
    /// The lowest and the highest of points. NaN is neither while there is a number; of two points, both are one of them.
    /// </summary>
    public (int Lowest, int Highest) Extremes(int from, int to)
    {
        if (to - from <= 2)
        {
            return (from, to - 1);
        }

        // Without numbers, both remain the first one.
        var (lowest, highest) = (from, from);
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        var hasNumber = false;
        for (var i = from; i < to; i++)
        {
            var value = Values[i];
            if (value < low || (!hasNumber && !double.IsNaN(value)))
            {
                (low, lowest) = (value, i);
            }

            if (value > high || (!hasNumber && !double.IsNaN(value)))
            {
                (high, highest) = (value, i);
            }

            hasNumber |= !double.IsNaN(value);
        }

        return (lowest, highest);
    }

    public void SetStage(int index, int stage)
    {
        if (stage != 0)
        {
            Stages ??= new int[count];
            Stages[index] = stage;
        }
    }

    /// <summary>Whether the places ascend and differ.</summary>
    public bool IsInOrder()
    {
        for (var i = 1; i < count; i++)
        {
            if (PlaceOf(i) <= PlaceOf(i - 1))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The index of the first point that is not before a place.</summary>
    public int IndexFrom(PointPlace place)
    {
        var index = Find(place);
        return index < 0 ? ~index : index;
    }

    /// <summary>Those of the points that are wanted.</summary>
    public PointBlock Where(Predicate<int> isWanted)
    {
        var kept = new List<int>(count);
        for (var i = 0; i < count; i++)
        {
            if (isWanted(i))
            {
                kept.Add(i);
            }
        }

        return kept.Count == count ? this : Pick(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept));
    }

    /// <summary>The points by time, and at the same time by step.</summary>
    public PointBlock ByTime()
    {
        var indexes = new int[count];
        for (var i = 0; i < count; i++)
        {
            indexes[i] = i;
        }

        Array.Sort(indexes, (one, other) => (Times[one], Steps[one]).CompareTo((Times[other], Steps[other])));
        return Pick(indexes);
    }

    /// <summary>Whether no time is before that of an earlier step.</summary>
    public bool IsInOrderOfTime()
    {
        for (var i = 1; i < count; i++)
        {
            if (Times[i] < Times[i - 1])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Finds a place in a block that is in order.</summary>
    /// <returns>Its index, or the complement of where it would be.</returns>
    public int Find(PointPlace place)
    {
        var (low, high) = (0, count - 1);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var order = PlaceOf(middle).CompareTo(place);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }

    public PointBlock Slice(int start, int length)
    {
        var part = new PointBlock(length);
        part.Take(this, start, length, 0);
        return part;
    }

    /// <summary>The points with these indexes.</summary>
    public PointBlock Pick(ReadOnlySpan<int> indexes)
    {
        var picked = new PointBlock(indexes.Length);
        for (var i = 0; i < indexes.Length; i++)
        {
            var index = indexes[i];
            picked.Steps[i] = Steps[index];
            picked.Times[i] = Times[index];
            picked.Values[i] = Values[index];
            picked.Batches[i] = Batches[index];
            picked.SetStage(i, StageOf(index));
        }

        return picked;
    }

    /// <summary>The points of blocks that are in order each, in order; of points with the same place, that of the earliest block stays.</summary>
    public static PointBlock Merge(IReadOnlyList<PointBlock> blocks)
    {
        var filled = blocks.Where(block => block.Count > 0).ToList();
        var isSorted = true;
        for (var i = 1; i < filled.Count; i++)
        {
            isSorted &= filled[i - 1].Last < filled[i].First;
        }

        return isSorted ? Concatenate(filled) : filled.Aggregate(Merge);
    }

    /// <summary>The points in order; of those with the same place, the first stays.</summary>
    /// <param name="indexes">Where the points were; null when all stay where they are.</param>
    public PointBlock InOrder(out int[]? indexes)
    {
        indexes = null;
        if (IsInOrder())
        {
            return this;
        }

        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, Compare);
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            if (kept == 0 || PlaceOf(order[kept - 1]) != PlaceOf(order[i]))
            {
                order[kept++] = order[i];
            }
        }

        indexes = order[..kept];
        return Pick(indexes);

        int Compare(int one, int other)
        {
            var places = PlaceOf(one).CompareTo(PlaceOf(other));
            return places != 0 ? places : one.CompareTo(other);
        }
    }

    private static PointBlock Concatenate(List<PointBlock> blocks)
    {
        if (blocks.Count == 1)
        {
            return blocks[0];
        }

        var all = new PointBlock(blocks.Sum(block => block.Count));
        var at = 0;
        foreach (var block in blocks)
        {
            all.Take(block, 0, block.Count, at);
            at += block.Count;
        }

        return all;
    }

    private static PointBlock Merge(PointBlock earlier, PointBlock later)
    {
        var both = Concatenate([earlier, later]);
        var indexes = new int[both.Count];
        var (kept, one, other) = (0, 0, 0);
        while (one < earlier.Count || other < later.Count)
        {
            var order =
                one == earlier.Count ? 1
                : other == later.Count ? -1
                : earlier.PlaceOf(one).CompareTo(later.PlaceOf(other));
            indexes[kept++] = order <= 0 ? one : earlier.Count + other;
            one += order <= 0 ? 1 : 0;
            other += order >= 0 ? 1 : 0;
        }

        return both.Pick(indexes.AsSpan(0, kept));
    }

    private void Take(PointBlock source, int start, int length, int target)
    {
        Array.Copy(source.Steps, start, Steps, target, length);
        Array.Copy(source.Times, start, Times, target, length);
        Array.Copy(source.Values, start, Values, target, length);
        Array.Copy(source.Batches, start, Batches, target, length);
        if (source.Stages is not null)
        {
            Stages ??= new int[count];
            Array.Copy(source.Stages, start, Stages, target, length);
        }
    }
}
