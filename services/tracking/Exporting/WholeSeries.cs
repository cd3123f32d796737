using System.Runtime.CompilerServices;
using Platform.Tracking.Metrics;
using Platform.Tracking.Metrics.Storage;

namespace Platform.Tracking.Exporting;

/// <summary>Points of a series that follow each other.</summary>
/// <param name="Stages">The names of their stages by id.</param>
internal sealed record SeriesPiece(SeriesHead Series, List<SeriesPoint> Points, Dictionary<int, string> Stages);

/// <summary>
/// Reads all points of series: short ones together, of a long one some at a time, so that it is never in memory as a whole.
/// </summary>
internal sealed class WholeSeries(MetricReader reader)
{
    /// <summary>About as many points are in memory at once, unless more have the same step.</summary>
    private const int PiecePoints = 50_000;

    /// <summary>The points of each series in order, each once; of a series without points there is no piece.</summary>
    public async IAsyncEnumerable<SeriesPiece> ReadAsync(
        IReadOnlyList<SeriesHead> series,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var group in Group(series))
        {
            await using var snapshot = await reader.BeginAsync(cancellationToken);
            IReadOnlyList<PointRange> ranges = group is [var one] ? await DivideAsync(snapshot, one) : [PointRange.All];
            foreach (var range in ranges)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var blocks = await snapshot.ReadAsync(group, range);
                for (var i = 0; i < group.Count; i++)
                {
                    var points = PointsOf(blocks[i]);
                    var stages = points.Select(point => point.Stage).Where(stage => stage > 0).ToHashSet();
                    yield return new SeriesPiece(group[i], points, await snapshot.StagesAsync(stages));
                }
            }
        }
    }

    private static IEnumerable<IReadOnlyList<SeriesHead>> Group(IReadOnlyList<SeriesHead> series)
    {
        var group = new List<SeriesHead>();
        var points = 0L;
        foreach (var head in series.Where(head => head.Count > 0))
        {
            if (group.Count > 0 && (group.Count == StoredSeriesReader.MaxSeries || points + head.Count > PiecePoints))
            {
                yield return group;
                (group, points) = ([], 0);
            }

            group.Add(head);
            points += head.Count;
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    private static List<SeriesPoint> PointsOf(PointBlock block)
    {
        var points = new List<SeriesPoint>(block.Count);
        for (var i = 0; i < block.Count; i++)
        {
            points.Add(new SeriesPoint(block.Steps[i], block.Times[i], block.Values[i], block.Stages?[i] ?? 0));
        }

        return points;
    }

    /// <summary>Ranges of steps with about as many points each: a sample has points of equally large parts of the series.</summary>
    private static async Task<List<PointRange>> DivideAsync(MetricSnapshot snapshot, SeriesHead series)
    {
        var pieces = (int)Math.Min(int.MaxValue / 4, series.Count / PiecePoints);
        if (pieces == 0)
        {
            return [PointRange.All];
        }

        var ranges = new List<PointRange>();
        var from = long.MinValue;
        await foreach (
            var (_, sample) in snapshot.SampleAsync(
                [series],
                Math.Max(SeriesSampler.MinPoints, pieces * 2),
                PointRange.All
            )
        )
        {
            foreach (var step in sample.Select(point => point.Step).Where(step => step > from))
            {
                ranges.Add(new PointRange { FromStep = from, ToStep = step - 1 });
                from = step;
            }
        }

        ranges.Add(new PointRange { FromStep = from });
        return ranges;
    }
}
