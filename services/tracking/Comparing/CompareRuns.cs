using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Metrics;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Comparing;

/// <summary>Which runs are compared, and how their series are shown.</summary>
internal sealed record CompareRunsQuery
{
    /// <summary>Ids separated by commas; may be repeated. One that is named twice counts once.</summary>
    [FromQuery(Name = "ids")]
    public string[]? Ids { get; init; }

    /// <summary>The metrics whose series are wanted, separated by commas; may be repeated. Left out: the first that runs share.</summary>
    [FromQuery(Name = "keys")]
    public string[]? Keys { get; init; }

    /// <summary>One name, which may contain commas; may be repeated.</summary>
    [FromQuery(Name = "key")]
    public string[]? Key { get; init; }

    /// <summary><c>step</c>, <c>time</c> or <c>relative</c>: the time since the start of each run.</summary>
    [FromQuery(Name = "x")]
    public string? X { get; init; }

    /// <summary>The maximum number of points per series; 0 for no series.</summary>
    [FromQuery(Name = "points")]
    public int? Points { get; init; }
}

/// <summary>Compares runs: parameters, latest and best metrics, series on one axis.</summary>
internal static class CompareRunsEndpoint
{
    /// <summary>The most runs of one comparison.</summary>
    public const int MaxRuns = 50;
    private const int MinRuns = 2;
    private const int MaxKeys = 50;
    private const int DefaultKeys = 10;
    private const int DefaultPoints = 500;
    private const int MaxPoints = 10_000;

    /// <summary>The most points of one answer.</summary>
    private const int MaxCells = 500_000;

    public static void MapCompareRuns(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/compare", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("CompareRuns")
            .WithSummary("Compare 2 to 50 runs: what differs, shared metrics, and their series on one axis");

    private static async Task<Results<Ok<RunComparison>, ProblemHttpResult>> HandleAsync(
        [AsParameters] CompareRunsQuery query,
        RunComparer comparer,
        CancellationToken cancellationToken
    )
    {
        var errors = new FieldErrors();
        var ids = ReadIds(query, errors);
        if (!TryParseAxis(query.X, out var axis))
        {
            errors.TryAdd("x", RunSentences.Axis);
        }

        if (!MetricKeys.TryParse(query.Keys, query.Key, out var keys))
        {
            errors.TryAdd("keys", RunSentences.Key);
        }
        else if (keys?.Length > MaxKeys)
        {
            errors.TryAdd("keys", RunSentences.TooManyKeys.With(MaxKeys));
        }

        if (query.Points is { } given and not 0 && given is < SeriesSampler.MinPoints or > MaxPoints)
        {
            errors.TryAdd("points", RunSentences.PointsOf.With(SeriesSampler.MinPoints, MaxPoints));
        }

        if (errors.Count > 0)
        {
            return ProblemResults.Invalid(errors);
        }

        var (found, missing) = await comparer.FindAsync(ids, cancellationToken);
        if (found.Count < MinRuns)
        {
            return ProblemResults.NotFound(RunSentences.NotFound.With(missing[0]));
        }

        var shared = RunComparer.SharedKeys(found);
        keys ??= [.. shared.Take(DefaultKeys)];
        var cells = found.Count * Math.Max(1, keys.Length);
        if ((long)cells * (query.Points ?? 0) > MaxCells)
        {
            return ProblemResults.Invalid("points", RunSentences.TooManyCells.With(MaxCells / cells));
        }

        var points = query.Points ?? Math.Min(DefaultPoints, MaxCells / cells);
        var (different, same) = RunComparer.CompareParameters(found);
        return TypedResults.Ok(
            new RunComparison(
                [.. found.Select(RunComparer.View)],
                missing,
                different,
                same,
                RunComparer.CompareMetrics(found),
                shared,
                axis,
                points == 0 ? [] : await comparer.AlignAsync(found, keys, axis, points, cancellationToken)
            )
        );
    }

    private static List<string> ReadIds(CompareRunsQuery query, FieldErrors errors)
    {
        var ids = new List<string>();
        foreach (
            var text in (query.Ids ?? []).SelectMany(list =>
                list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            )
        )
        {
            if (!RunRules.TryNormalizeId(text, out var id))
            {
                errors.TryAdd("ids", RunSentences.Id);
            }
            else if (!ids.Contains(id, StringComparer.Ordinal))
            {
                ids.Add(id);
            }

            if (ids.Count > MaxRuns)
            {
                break;
            }
        }

        if (ids.Count is < MinRuns or > MaxRuns)
        {
            errors.TryAdd("ids", RunSentences.ComparedRuns.With(MinRuns, MaxRuns));
        }

        return ids;
    }

    private static bool TryParseAxis(string? text, out ComparisonAxis axis)
    {
        axis = text switch
        {
            "time" => ComparisonAxis.Time,
            "relative" => ComparisonAxis.Relative,
            _ => ComparisonAxis.Step,
        };
        return text is null or "step" or "time" or "relative";
    }
}
