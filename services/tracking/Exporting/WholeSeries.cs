using System.Runtime.CompilerServices;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Exporting;

/// <summary>Reads all points of a series; of a long one some at a time, so that it is never in memory as a whole.</summary>
internal sealed class WholeSeries(MetricReader reader)
{
    /// <summary>As many points are in memory at once, unless more have the same step.</summary>
    private const int PiecePoints = 50_000;

    /// <summary>Its points in order, each once.</summary>
    public async IAsyncEnumerable<List<SeriesPoint>> ReadAsync(
        SeriesHead series,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (series.Count == 0)
        {
            yield break;
        }

        var ranges = new Stack<(long From, long To)>();
        ranges.Push((long.MinValue, long.MaxValue));
        while (ranges.TryPop(out var range))
        {
            var limit = range.From == range.To ? int.MaxValue : PiecePoints;
            var points = await reader.ReadAsync(series, limit, range.From, range.To, cancellationToken);
            if (IsComplete(points))
            {
                yield return points;
                continue;
            }

            var pieces = Split(points);
            for (var i = pieces.Count - 1; i >= 0; i--)
            {
                ranges.Push(pieces[i]);
            }
        }
    }

    /// <summary>Positions count all points that were read, also those that were not kept.</summary>
    private static bool IsComplete(List<SeriesPoint> points) =>
        points.Count == 0 || points[^1].Position == points.Count - 1;

    /// <summary>Ranges of steps of which each has about half as many points as one may have; a single step is not divided.</summary>
    /// <param name="kept">What was kept of too many points.</param>
    private static List<(long From, long To)> Split(List<SeriesPoint> kept)
    {
        var pieces = new List<(long From, long To)>();
        var (from, position) = (kept[0].Step, 0L);
        foreach (var point in kept)
        {
            if (point.Position - position >= PiecePoints / 2 && point.Step > from)
            {
                pieces.Add((from, point.Step - 1));
                (from, position) = (point.Step, point.Position);
            }
        }

        pieces.Add((from, kept[^1].Step));
        return pieces;
    }
}
