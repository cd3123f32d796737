using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;
using Platform.Tracking.Access;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Metrics;

/// <summary>The requested runs, series and range.</summary>
internal sealed record ReadMetricsOfRunsRequest
{
    /// <summary>The ids of up to 100 runs.</summary>
    [Required]
    public required IReadOnlyList<string>? Runs { get; init; }

    /// <summary>The names of metrics; all of each run when left out.</summary>
    public IReadOnlyList<string>? Keys { get; init; }

    /// <summary>The maximum number of points per series.</summary>
    public int? Points { get; init; }

    /// <summary>The first step.</summary>
    public long? FromStep { get; init; }

    /// <summary>The last step.</summary>
    public long? ToStep { get; init; }

    /// <summary>The first time.</summary>
    public DateTimeOffset? FromTime { get; init; }

    /// <summary>The last time.</summary>
    public DateTimeOffset? ToTime { get; init; }

    /// <summary><c>step</c>, which is the default, <c>time</c>, or <c>relative</c>: seconds since the start of each run.</summary>
    public string? X { get; init; }
}

/// <summary>The series of several runs.</summary>
/// <param name="Runs">Those that there are, in the requested order.</param>
internal sealed record StoredSeriesOfRuns(IReadOnlyList<StoredSeriesOfRun> Runs);

/// <summary>The series of one of several runs.</summary>
/// <param name="Id">The run's id.</param>
/// <param name="Batch">Where to follow the run from, so that no point is missed.</param>
/// <param name="Series">One entry for each metric.</param>
internal sealed record StoredSeriesOfRun(string Id, long Batch, IReadOnlyList<OneSeries> Series);

/// <summary>Reads series of several runs in one call, such as for a chart that compares them.</summary>
internal static class ReadMetricsOfRunsEndpoint
{
    private const int MaxRuns = 100;

    // No run can have the name "query", and so this path, as a part of it.
    public static void MapReadMetricsOfRuns(this IEndpointRouteBuilder runs) =>
        runs.MapPost("/metrics/query", HandleAsync)
            .RequireAuthorization(Policies.ReadRun)
            .WithName("ReadMetricsOfRuns")
            .WithSummary("Metric series of up to 100 runs in one call; runs that there are not are left out")
            .Produces<StoredSeriesOfRuns>();

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        ReadMetricsOfRunsRequest request,
        MetricReader reader,
        MachineAccess access,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (
            request.Runs is not { Count: >= 1 and <= MaxRuns }
            || request.Runs.Any(run => !RunRules.TryNormalizeId(run, out _))
        )
        {
            return ProblemResults.Invalid("runs", RunSentences.RunsOf.With(MaxRuns));
        }

        if (!MetricKeys.TryParse(null, request.Keys?.ToArray(), out var keys))
        {
            return ProblemResults.Invalid("keys", RunSentences.Key);
        }

        if (!SeriesSelection.TryParse(QueryOf(request), keys, out var selection, out var refusal))
        {
            return refusal;
        }

        var ids = request.Runs.Select(Normalized).Distinct(StringComparer.Ordinal).ToList();
        foreach (var id in ids)
        {
            if (await access.RefuseOwnerAsync(context, id, cancellationToken) is { } foreign)
            {
                return foreign;
            }
        }

        await using var snapshot = await reader.BeginAsync(cancellationToken);
        var found = await snapshot.FindSeriesAsync(ids, keys);
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("runs");
        foreach (var run in found)
        {
            json.WriteStartObject();
            json.WriteString("id", run.RunId);
            await SeriesWriter.WriteAsync(json, snapshot, run, selection, cancellationToken);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        return TypedResults.Empty;
    }

    private static string Normalized(string id) => RunRules.TryNormalizeId(id, out var runId) ? runId : id;

    private static SeriesQuery QueryOf(ReadMetricsOfRunsRequest request) =>
        new()
        {
            Points = request.Points,
            FromStep = request.FromStep,
            ToStep = request.ToStep,
            FromTime = request.FromTime,
            ToTime = request.ToTime,
            X = request.X,
        };
}
