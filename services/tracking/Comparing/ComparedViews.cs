using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Comparing;

/// <summary>What runs have in common and in what they differ. Lists with one entry for each run have them in the order of <see cref="Runs"/>.</summary>
/// <param name="Runs">In the order in which they were named.</param>
/// <param name="Missing">The ids of those that do not exist, or were deleted permanently.</param>
/// <param name="Parameters">Those that differ, by name.</param>
/// <param name="SameParameters">Those that all runs have with the same value.</param>
/// <param name="Metrics">All that one of the runs has, by name.</param>
/// <param name="SharedKeys">The names of the metrics that at least two of the runs have.</param>
/// <param name="Axis">What <c>x</c> of the series is.</param>
internal sealed record RunComparison(
    IReadOnlyList<ComparedRun> Runs,
    IReadOnlyList<string> Missing,
    IReadOnlyList<ComparedParameter> Parameters,
    IReadOnlyDictionary<string, JsonElement> SameParameters,
    IReadOnlyList<ComparedMetric> Metrics,
    IReadOnlyList<string> SharedKeys,
    ComparisonAxis Axis,
    IReadOnlyList<AlignedSeries> Series
);

/// <summary>One of the compared runs.</summary>
/// <param name="DurationSeconds">From its start to its end; null until then.</param>
/// <param name="Deletion">Since when and why it is in the recycle bin; null while it is not.</param>
internal sealed record ComparedRun(
    string Id,
    string Name,
    string? Project,
    RunStatus Status,
    Guid? JobId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    double? DurationSeconds,
    PrimaryMetricView? PrimaryMetric,
    Deletion? Deletion
);

/// <summary>A parameter.</summary>
/// <param name="Values">Its value in each run; null where the run does not have it.</param>
internal sealed record ComparedParameter(string Key, IReadOnlyList<JsonElement?> Values);

/// <summary>A metric.</summary>
/// <param name="Differs">Whether its latest values differ, or a run does not have it.</param>
/// <param name="Latest">The point with the highest step in each run; null where the run does not have it.</param>
/// <param name="Summaries">Number of points and extremes in each run; null where the run does not have it.</param>
internal sealed record ComparedMetric(
    string Key,
    bool Differs,
    IReadOnlyList<MetricPointView?> Latest,
    IReadOnlyList<MetricSummary?> Summaries
);

/// <summary>The series of one metric on an axis that all runs share.</summary>
/// <param name="X">
/// Ascending, each once. By <c>step</c>: steps. By <c>time</c>: milliseconds since 1970-01-01 UTC. By <c>relative</c>: seconds since the run's
/// start.
/// </param>
/// <param name="Runs">One for each run that has the metric.</param>
internal sealed record AlignedSeries(string Key, IReadOnlyList<double> X, IReadOnlyList<RunSeries> Runs);

/// <summary>The points of one run.</summary>
/// <param name="Positions">The index in <c>x</c> that each value belongs to, ascending.</param>
/// <param name="Values">A number, or <c>NaN</c>, <c>Infinity</c> or <c>-Infinity</c>; of several at one <c>x</c> the latest.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record RunSeries(string RunId, IReadOnlyList<int> Positions, IReadOnlyList<double> Values);

/// <summary>What series are compared over.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ComparisonAxis>))]
internal enum ComparisonAxis
{
    [JsonStringEnumMemberName("step")]
    Step,

    [JsonStringEnumMemberName("time")]
    Time,

    /// <summary>The time since the start of the run.</summary>
    [JsonStringEnumMemberName("relative")]
    Relative,
}
