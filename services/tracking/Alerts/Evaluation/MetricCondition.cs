using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Alerts.Evaluation;

/// <summary>When the points of a series raise an alert.</summary>
/// <param name="Word">One of the conditions of metrics in <see cref="RuleWords"/>.</param>
/// <param name="Consecutive">How many points in succession have to fulfil it; of <c>no-progress</c> always 1.</param>
internal sealed record MetricCondition(string Word, int Consecutive)
{
    public double Threshold { get; init; }
    public int Window { get; init; }
    public bool HigherIsBetter { get; init; }
    public double MinDelta { get; init; }
    public int? Points { get; init; }
    public TimeSpan? Within { get; init; }

    public static MetricCondition Of(RuleSpec spec) =>
        new(spec.Condition, spec.Consecutive ?? 1)
        {
            Threshold = spec.Threshold ?? 0,
            Window = spec.Window ?? 0,
            HigherIsBetter = spec.Goal is "max",
            MinDelta = spec.MinDelta ?? 0,
            Points = spec.Points,
            Within = spec.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
}

/// <summary>One point of a series.</summary>
internal readonly record struct WatchedPoint(long Step, DateTime At, double Value);

/// <summary>An alert of a series fires, or is resolved.</summary>
/// <param name="Point">The point that did it; null when it was the time that went by.</param>
internal readonly record struct SeriesTransition(bool Fires, WatchedPoint? Point);
