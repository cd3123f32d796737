using System.Runtime.CompilerServices;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Exporting;

/// <summary>Reads all points of a series; of a long one some at a time, so that it is never in memory as a whole.</summary>
internal sealed class WholeSeries(MetricReader reader)
{
    /// <summary>About as many points are in memory at once, unless more have the same step.</summary>
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

        await using var snapshot = await reader.BeginAsync(cancellationToken);
        foreach (var range in await DivideAsync(snapshot, series))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = await snapshot.ReadAsync(series, range);
            var points = new List<SeriesPoint>(block.Count);
            for (var i = 0; i < block.Count; i++)
            {
                points.Add(new SeriesPoint(block.Steps[i], block.Times[i], block.Values[i], block.Stages?[i] ?? 0));
            }

            yield return points;
        }
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
