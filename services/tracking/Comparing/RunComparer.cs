using System.Text.Json;
using Platform.Tracking.Browsing;
using Platform.Tracking.Metrics;

namespace Platform.Tracking.Comparing;

/// <summary>Compares runs.</summary>
internal sealed class RunComparer(RunReader runs, MetricReader metrics)
{
    /// <summary>Runs in the order of their ids, with their metrics, and the ids of those that do not exist.</summary>
    public async Task<(List<RunView> Found, List<string> Missing)> FindAsync(
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    )
    {
        List<RunView> found = [];
        List<string> missing = [];
        foreach (var id in ids)
        {
            if (await runs.FindAsync(id, cancellationToken) is { } run)
            {
                found.Add(run);
            }
            else
            {
                missing.Add(id);
            }
        }

        return (found, missing);
    }

    /// <summary>The names of metrics that at least two of the runs have, in order.</summary>
    public static List<string> SharedKeys(IReadOnlyList<RunView> found) =>
        [
            .. found
                .SelectMany(run => run.Latest!.Keys)
                .GroupBy(key => key, StringComparer.Ordinal)
                .Where(runs => runs.Count() > 1)
                .Select(runs => runs.Key)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>The series of some metrics, downsampled run by run.</summary>
    public async Task<List<AlignedSeries>> AlignAsync(
        IReadOnlyList<RunView> found,
        string[] keys,
        ComparisonAxis axis,
        int points,
        CancellationToken cancellationToken
    )
    {
        var heads = new List<(RunView Run, IReadOnlyList<SeriesHead> Series)>();
        foreach (var run in found)
        {
            // A run that is purged meanwhile has no series any more.
            var series = await metrics.FindSeriesAsync(run.Id, keys, cancellationToken);
            heads.Add((run, series?.Series ?? []));
        }

        var all = new List<AlignedSeries>();
        foreach (var key in keys)
        {
            var columns = new List<(string, DateTime, List<SeriesPoint>)>();
            foreach (var (run, series) in heads)
            {
                if (series.FirstOrDefault(head => head.Key == key) is { Count: > 0 } head)
                {
                    var read = await metrics.SampleAsync(head, points, cancellationToken);
                    columns.Add((run.Id, (run.StartedAt ?? run.CreatedAt).UtcDateTime, read));
                }
            }

            all.Add(SeriesAlignment.Align(key, axis, columns));
        }

        return all;
    }

    /// <summary>Parameters that differ between runs, and those that are the same in all.</summary>
    public static (List<ComparedParameter> Different, SortedDictionary<string, JsonElement> Same) CompareParameters(
        IReadOnlyList<RunView> found
    )
    {
        List<ComparedParameter> different = [];
        var same = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var key in Keys(found, run => run.Parameters.EnumerateObject().Select(value => value.Name)))
        {
            List<JsonElement?> values =
            [
                .. found.Select(run => run.Parameters.TryGetProperty(key, out var value) ? value : (JsonElement?)null),
            ];
            if (
                values[0] is { } first
                && values.TrueForAll(value => value is { } other && JsonElement.DeepEquals(first, other))
            )
            {
                same.Add(key, first);
            }
            else
            {
                different.Add(new ComparedParameter(key, values));
            }
        }

        return (different, same);
    }

    public static List<ComparedMetric> CompareMetrics(IReadOnlyList<RunView> found) =>
        [
            .. Keys(found, run => run.Latest!.Keys)
                .Select(key =>
                {
                    List<MetricPointView?> latest = [.. found.Select(run => run.Latest!.GetValueOrDefault(key))];
                    return new ComparedMetric(
                        key,
                        // NaN equals NaN here, as it should.
                        latest.Exists(point => point is null || !point.Value.Equals(latest[0]!.Value)),
                        latest,
                        [.. found.Select(run => run.Metrics!.GetValueOrDefault(key))]
                    );
                }),
        ];

    public static ComparedRun View(RunView run) =>
        new(
            run.Id,
            run.Name,
            run.Project,
            run.Status,
            run.JobId,
            run.CreatedAt,
            run.StartedAt,
            run.EndedAt,
            (run.EndedAt - run.StartedAt)?.TotalSeconds,
            run.PrimaryMetric,
            run.Deletion
        );

    private static SortedSet<string> Keys(IReadOnlyList<RunView> found, Func<RunView, IEnumerable<string>> of) =>
        new(found.SelectMany(of), StringComparer.Ordinal);
}
