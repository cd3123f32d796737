using System.Text.Json.Serialization;

namespace Platform.Tracking.Comparing;

/// <summary>Figures about the runs of a project that are not in the recycle bin.</summary>
/// <param name="Project">The project, with those below it unless <paramref name="Exact"/>; null for all.</param>
/// <param name="From">Only runs that were created then or later; null for all.</param>
/// <param name="To">Only runs that were created before; null for all.</param>
/// <param name="Count">How many runs there are.</param>
/// <param name="ByStatus">How many have each status; also those that none has.</param>
/// <param name="SuccessRate">Finished runs among those that have ended, 0 to 1; null when none has ended.</param>
/// <param name="Duration">How long those took that have started and ended; null when there are none.</param>
/// <param name="Activity">What was created in each interval, oldest first; intervals without runs are left out.</param>
/// <param name="Trend">The metric over the same intervals; null when no metric was named.</param>
internal sealed record ProjectAnalytics(
    string? Project,
    bool Exact,
    DateTimeOffset? From,
    DateTimeOffset? To,
    long Count,
    IReadOnlyDictionary<string, long> ByStatus,
    double? SuccessRate,
    RunDurations? Duration,
    AnalyticsInterval Interval,
    IReadOnlyList<IntervalActivity> Activity,
    MetricTrend? Trend
);

/// <summary>Durations in seconds.</summary>
/// <param name="Runs">Of how many runs.</param>
internal sealed record RunDurations(long Runs, double Mean, double Median, double Min, double Max);

/// <summary>Runs that were created in an interval.</summary>
/// <param name="From">Its beginning in UTC; weeks begin on Monday.</param>
/// <param name="MeanDurationSeconds">Null when none of them has started and ended.</param>
internal sealed record IntervalActivity(
    DateTimeOffset From,
    long Runs,
    long Finished,
    long Failed,
    long Interrupted,
    double? MeanDurationSeconds
);

/// <summary>One value of a metric per run, over time.</summary>
/// <param name="Value">Which value of a run counts.</param>
internal sealed record MetricTrend(string Metric, TrendValue Value, IReadOnlyList<TrendPoint> Points);

/// <summary>The values of runs that were created in an interval; those that are no finite number are left out.</summary>
/// <param name="Runs">Of how many runs.</param>
internal sealed record TrendPoint(DateTimeOffset From, long Runs, double Mean, double Min, double Max);

/// <summary>The width of the intervals.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AnalyticsInterval>))]
internal enum AnalyticsInterval
{
    [JsonStringEnumMemberName("hour")]
    Hour,

    [JsonStringEnumMemberName("day")]
    Day,

    [JsonStringEnumMemberName("week")]
    Week,

    [JsonStringEnumMemberName("month")]
    Month,
}

/// <summary>Which value of a series stands for its run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrendValue>))]
internal enum TrendValue
{
    /// <summary>The one with the highest step.</summary>
    [JsonStringEnumMemberName("last")]
    Last,

    [JsonStringEnumMemberName("min")]
    Min,

    [JsonStringEnumMemberName("max")]
    Max,
}
