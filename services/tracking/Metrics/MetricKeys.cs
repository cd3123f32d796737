using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Metrics;

/// <summary>The keys of a run's series, with what is known without reading their points.</summary>
internal static class MetricKeys
{
    public static void MapMetricKeys(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/{id}/metrics/keys", HandleAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("ListMetricKeys")
            .WithSummary("The run's metrics: count, last point and extremes of each");

    /// <summary>Reads <c>keys=loss,accuracy</c> and <c>key=one,with,commas</c>.</summary>
    /// <param name="wanted">Distinct names in the requested order; null when none is given.</param>
    public static bool TryParse(string[]? lists, string[]? names, out string[]? wanted)
    {
        var all = (lists ?? [])
            .SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Concat(names ?? [])
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        wanted = all.Length > 0 ? all : null;
        return Array.TrueForAll(all, RunRules.IsKey);
    }

    private static async Task<Results<Ok<MetricKeyList>, ProblemHttpResult>> HandleAsync(
        string id,
        RunReader runs,
        CancellationToken cancellationToken
    )
    {
        if (
            !RunRules.TryNormalizeId(id, out var runId) || await runs.FindAsync(runId, cancellationToken) is not { } run
        )
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        return TypedResults.Ok(
            new MetricKeyList([
                .. run.Metrics!.Select(metric => new MetricKeyView(
                    metric.Key,
                    metric.Value.Count,
                    run.Latest![metric.Key],
                    metric.Value.Min,
                    metric.Value.Max
                )),
            ])
        );
    }
}

/// <summary>All metrics of a run by name.</summary>
internal sealed record MetricKeyList(IReadOnlyList<MetricKeyView> Items);

/// <summary>One metric of a run.</summary>
internal sealed record MetricKeyView(
    string Key,
    long Count,
    MetricPointView Last,
    MetricExtreme? Min,
    MetricExtreme? Max
);
