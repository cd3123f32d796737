using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Comparing;

/// <summary>Which runs figures are about, and which ones are wanted.</summary>
internal sealed record AnalyticsQuery
{
    /// <summary>A project and those below it; all when left out.</summary>
    [FromQuery(Name = "project")]
    public string? Project { get; init; }

    /// <summary>Only the project itself, not those below it.</summary>
    [FromQuery(Name = "exact")]
    public bool? Exact { get; init; }

    /// <summary>Only runs that were created then or later.</summary>
    [FromQuery(Name = "from")]
    public DateTimeOffset? From { get; init; }

    /// <summary>Only runs that were created before.</summary>
    [FromQuery(Name = "to")]
    public DateTimeOffset? To { get; init; }

    /// <summary><c>hour</c>, <c>day</c>, <c>week</c> or <c>month</c>.</summary>
    [FromQuery(Name = "interval")]
    public string? Interval { get; init; }

    /// <summary>The metric whose trend is wanted.</summary>
    [FromQuery(Name = "metric")]
    public string? Metric { get; init; }

    /// <summary>Which value of a run counts in the trend: <c>last</c>, <c>min</c> or <c>max</c>.</summary>
    [FromQuery(Name = "value")]
    public string? Value { get; init; }
}

/// <summary>Figures about the runs of a project.</summary>
internal static class ReadAnalyticsEndpoint
{
    public static void MapReadAnalytics(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/analytics", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ReadAnalytics")
            .WithSummary("Figures about a project's runs: counts, success rate, durations, trend of a metric");

    private static async Task<Results<Ok<ProjectAnalytics>, ProblemHttpResult>> HandleAsync(
        [AsParameters] AnalyticsQuery query,
        AnalyticsReader reader,
        CancellationToken cancellationToken
    )
    {
        var errors = new FieldErrors();
        var project = string.IsNullOrEmpty(query.Project) ? null : query.Project;
        if (project is not null && ClientText.ProblemWithProject(project) is { } problem)
        {
            errors.TryAdd("project", problem);
        }

        if (query.From >= query.To)
        {
            errors.TryAdd("to", RunSentences.EmptyRange);
        }

        if (!TryParse(query.Interval, AnalyticsInterval.Day, out var interval))
        {
            errors.TryAdd("interval", RunSentences.Interval);
        }

        if (!TryParse(query.Value, TrendValue.Last, out var value))
        {
            errors.TryAdd("value", RunSentences.TrendValue);
        }

        var metric = string.IsNullOrEmpty(query.Metric) ? null : query.Metric;
        if (metric is not null && !RunRules.IsKey(metric))
        {
            errors.TryAdd("metric", RunSentences.Key);
        }

        if (errors.Count > 0)
        {
            return ProblemResults.Invalid(errors);
        }

        var scope = new AnalyticsScope(project, query.Exact ?? false, query.From, query.To);
        return await reader.ReadAsync(scope, interval, metric, value, cancellationToken) is { } analytics
            ? TypedResults.Ok(analytics)
            : ProblemResults.Invalid("interval", RunSentences.TooManyIntervals.With(AnalyticsReader.MaxIntervals));
    }

    /// <summary>Reads the name of a value as it is sent: in lower case.</summary>
    private static bool TryParse<T>(string? text, T otherwise, out T value)
        where T : struct, Enum
    {
        value = otherwise;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        foreach (var known in Enum.GetValues<T>())
        {
            if (string.Equals(text, known.ToString().ToLowerInvariant(), StringComparison.Ordinal))
            {
                value = known;
                return true;
            }
        }

        return false;
    }
}
