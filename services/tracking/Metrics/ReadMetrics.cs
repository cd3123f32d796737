using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Metrics;

/// <summary>The requested series and range.</summary>
internal sealed record SeriesQuery
{
    /// <summary>Names separated by commas; may be repeated. All series of the run when left out.</summary>
    [FromQuery(Name = "keys")]
    public string[]? Keys { get; init; }

    /// <summary>One name, which may contain commas; may be repeated.</summary>
    [FromQuery(Name = "key")]
    public string[]? Key { get; init; }

    /// <summary>The maximum number of points per series.</summary>
    [FromQuery(Name = "points")]
    public int? Points { get; init; }

    /// <summary>The first step; to continue, send the last known step plus one.</summary>
    [FromQuery(Name = "fromStep")]
    public long? FromStep { get; init; }

    /// <summary>The last step.</summary>
    [FromQuery(Name = "toStep")]
    public long? ToStep { get; init; }

    /// <summary>The first time.</summary>
    [FromQuery(Name = "fromTime")]
    public DateTimeOffset? FromTime { get; init; }

    /// <summary>The last time.</summary>
    [FromQuery(Name = "toTime")]
    public DateTimeOffset? ToTime { get; init; }

    /// <summary>Only points that were stored after this batch, also those of earlier steps: the batch of the last answer.</summary>
    [FromQuery(Name = "after")]
    public long? After { get; init; }

    /// <summary><c>step</c>, which is the default, <c>time</c>, or <c>relative</c>: seconds since the start of the run.</summary>
    [FromQuery(Name = "x")]
    public string? X { get; init; }
}

/// <summary>What is answered. It is written as it is read, and never exists as a whole.</summary>
/// <param name="Batch">Where to follow the run from, so that no point is missed.</param>
/// <param name="Series">One entry for each metric.</param>
internal sealed record StoredSeries(long Batch, IReadOnlyList<OneSeries> Series);

/// <summary>The points of a metric, one at each index.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Steps">Ascending, unless the x-axis is a time.</param>
/// <param name="Times">When each was logged.</param>
/// <param name="Values">A number, or <c>NaN</c>, <c>Infinity</c> or <c>-Infinity</c>.</param>
/// <param name="Seconds">Since the start of the run; left out unless the x-axis is <c>relative</c>.</param>
/// <param name="Stages">The training stage of each point; left out where there are none.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record OneSeries(
    string Key,
    IReadOnlyList<long> Steps,
    IReadOnlyList<DateTimeOffset> Times,
    IReadOnlyList<double> Values,
    IReadOnlyList<double>? Seconds = null,
    IReadOnlyList<string?>? Stages = null
);

/// <summary>Reads series, downsampled to what a chart can show.</summary>
internal static class ReadMetricsEndpoint
{
    public static void MapReadMetrics(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/{id}/metrics", HandleAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("ReadMetrics")
            .WithSummary("Metric series; of long ones the first, last, lowest and highest points are kept")
            .Produces<StoredSeries>();

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        string id,
        [AsParameters] SeriesQuery query,
        MetricReader reader,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (!MetricKeys.TryParse(query.Keys, query.Key, out var keys))
        {
            return ProblemResults.Invalid("keys", RunSentences.Key);
        }

        if (!SeriesSelection.TryParse(query, keys, out var selection, out var refusal))
        {
            return refusal;
        }

        if (!RunRules.TryNormalizeId(id, out var runId))
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        await using var snapshot = await reader.BeginAsync(cancellationToken);
        if (await snapshot.FindSeriesAsync([runId], keys) is not [var run])
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        await SeriesWriter.WriteAsync(json, snapshot, run, selection, cancellationToken);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        return TypedResults.Empty;
    }
}
