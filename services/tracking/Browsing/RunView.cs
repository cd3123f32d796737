using System.Text.Json;
using System.Text.Json.Serialization;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Browsing;

/// <summary>
/// A run as the API shows it. Lists omit <see cref="Latest"/>, <see cref="Best"/>, <see cref="Metrics"/> and <see cref="Environment"/>.
/// </summary>
internal sealed record RunView
{
    public required string Id { get; init; }

    /// <summary>Null only until the job that the run belongs to is known.</summary>
    public required string? Project { get; init; }
    public required string Name { get; init; }
    public required RunStatus Status { get; init; }
    public required Guid? JobId { get; init; }

    /// <summary>The run that it is a part of.</summary>
    public required string? ParentId { get; init; }

    /// <summary>Another name for it; empty while it has none, as in the group and the notes.</summary>
    public required string Alias { get; init; }
    public required string Group { get; init; }

    /// <summary>Markdown.</summary>
    public required string Notes { get; init; }

    /// <summary>The training's own word for its end, where that is none of the statuses.</summary>
    public required string? EndReason { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset? StartedAt { get; init; }
    public required DateTimeOffset? EndedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required JsonElement Parameters { get; init; }
    public required JsonElement Tags { get; init; }
    public required JsonElement Summary { get; init; }

    /// <summary>The metric by which the run is judged, with its best value so far.</summary>
    public required PrimaryMetricView? PrimaryMetric { get; init; }

    /// <summary>For each metric, the point with the highest step; of equal steps the latest.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, MetricPointView>? Latest { get; init; }

    /// <summary>The best point of the primary metric, under its name; empty while there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, MetricExtreme>? Best { get; init; }

    /// <summary>For each metric, the number of points and the extremes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, MetricSummary>? Metrics { get; init; }

    /// <summary>What the SDK found out about Python, packages, host and code; null where it did not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Environment { get; init; }

    /// <summary>What SDKs could not store as it was logged, of all its processes; null when they reported nothing.</summary>
    public required RunLosses? Losses { get; init; }

    /// <summary>Since when and why it is in the recycle bin; null while it is not.</summary>
    public required Deletion? Deletion { get; init; }

    /// <summary>The version for <c>If-Match</c>.</summary>
    public required long Version { get; init; }
}

/// <summary>The primary metric; value and step are null until a number is logged.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record PrimaryMetricView(string Name, MetricMode Mode, double? Value, long? Step);

/// <summary>
/// One point. NaN and the infinities are the strings <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>.
/// </summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record MetricPointView(long Step, DateTimeOffset At, double Value);

/// <summary>The lowest or highest value, and the first step with it.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed record MetricExtreme(long Step, double Value);

/// <summary>A metric's number of points and extremes; NaN is never an extreme.</summary>
internal sealed record MetricSummary(long Count, MetricExtreme? Min, MetricExtreme? Max);
