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
}

/// <summary>What is answered. It is written as it is read, and never exists as a whole.</summary>
/// <param name="Batch">Where to follow the run from, so that no point is missed.</param>
/// <param name="Series">One entry for each metric.</param>
internal sealed record StoredSeries(long Batch, IReadOnlyList<OneSeries> Series);

/// <summary>The points of a metric, one at each index.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Steps">Ascending.</param>
/// <param name="Times">When each was logged.</param>
/// <param name="Values">A number, or <c>NaN</c>, <c>Infinity</c> or <c>-Infinity</c>.</param>
/// <param name="Stages">The training stage of each point; left out where there are none.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record OneSeries(
    string Key,
    IReadOnlyList<long> Steps,
    IReadOnlyList<DateTimeOffset> Times,
    IReadOnlyList<double> Values,
    IReadOnlyList<string?>? Stages = null
);

/// <summary>Reads series, downsampled to what a chart can show.</summary>
internal static class ReadMetricsEndpoint
{
    private const int DefaultPoints = 2000;
    private const int MaxPoints = 100_000;

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
        var points = query.Points ?? DefaultPoints;
        if (points is < SeriesSampler.MinPoints or > MaxPoints)
        {
            return ProblemResults.Invalid("points", RunSentences.PointsOf.With(SeriesSampler.MinPoints, MaxPoints));
        }

        if (!MetricKeys.TryParse(query.Keys, query.Key, out var keys))
        {
            return ProblemResults.Invalid("keys", RunSentences.Key);
        }

        if (
            !RunRules.TryNormalizeId(id, out var runId)
            || await reader.FindSeriesAsync(runId, keys, cancellationToken) is not var (batch, heads)
        )
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(id));
        }

        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteNumber("batch", batch);
        json.WriteStartArray("series");
        foreach (var head in heads)
        {
            var series = await reader.ReadAsync(head, points, query.FromStep, query.ToStep, cancellationToken);
            var ids = series.Select(point => point.Stage).Where(stage => stage > 0).ToHashSet();
            WriteSeries(json, head.Key, series, await reader.StagesAsync(ids, cancellationToken));
            await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        return TypedResults.Empty;
    }

    private static void WriteSeries(
        Utf8JsonWriter json,
        string key,
        List<SeriesPoint> points,
        Dictionary<int, string> stages
    )
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteStartArray("steps");
        foreach (var point in points)
        {
            json.WriteNumberValue(point.Step);
        }

        json.WriteEndArray();
        json.WriteStartArray("times");
        foreach (var point in points)
        {
            // The first instant of all comes from the database without its zone.
            json.WriteStringValue(DateTime.SpecifyKind(point.At, DateTimeKind.Utc));
        }

        json.WriteEndArray();
        json.WriteStartArray("values");
        foreach (var point in points)
        {
            MetricJson.WriteValue(json, point.Value);
        }

        json.WriteEndArray();
        if (stages.Count > 0)
        {
            json.WriteStartArray("stages");
            foreach (var point in points)
            {
                json.WriteStringValue(stages.GetValueOrDefault(point.Stage));
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
