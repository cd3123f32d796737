using Platform.Tracking.Metrics;

namespace Platform.Tracking.Comparing;

/// <summary>Brings the series of several runs onto one axis.</summary>
internal static class SeriesAlignment
{
    /// <summary>Aligns the series of one metric.</summary>
    /// <param name="runs">Per run its id, where its relative time begins, and its points in the order of step and time.</param>
    public static AlignedSeries Align(
        string key,
        ComparisonAxis axis,
        IReadOnlyList<(string RunId, DateTime Start, List<SeriesPoint> Points)> runs
    )
    {
        var columns = runs.Select(run => (run.RunId, Points: OnAxis(run.Points, axis, run.Start))).ToList();
        double[] x = [.. columns.SelectMany(run => run.Points.Keys).Distinct().Order()];
        return new AlignedSeries(
            key,
            x,
            [
                .. columns.Select(run => new RunSeries(
                    run.RunId,
                    [.. run.Points.Keys.Select(at => Array.BinarySearch(x, at))],
                    [.. run.Points.Values]
                )),
            ]
        );
    }

    private static SortedList<double, double> OnAxis(List<SeriesPoint> points, ComparisonAxis axis, DateTime start)
    {
        var values = new Dictionary<double, SeriesPoint>(points.Count);
        foreach (var point in points)
        {
            var x = X(point, axis, start);
            if (!values.TryGetValue(x, out var known) || known.At <= point.At)
            {
                values[x] = point;
            }
        }

        // Made at once: adding one by one costs the square for times that do not ascend.
        return new SortedList<double, double>(values.ToDictionary(point => point.Key, point => point.Value.Value));
    }

    private static double X(in SeriesPoint point, ComparisonAxis axis, DateTime start) =>
        axis switch
        {
            ComparisonAxis.Time => (point.At - DateTime.UnixEpoch).TotalMilliseconds,
            ComparisonAxis.Relative => (point.At - start).TotalSeconds,
            _ => point.Step,
        };
}
