namespace Platform.Tracking.Metrics;

/// <summary>
/// Aggregates of a series, so that its last, lowest and highest values need not be computed from its points.
/// </summary>
internal sealed class SeriesState
{
    public required long Id { get; init; }
    public required string Key { get; init; }
    public long Count { get; set; }
    public long? LastStep { get; set; }
    public DateTime? LastAt { get; set; }
    public double? LastValue { get; set; }
    public long? MinStep { get; set; }
    public double? MinValue { get; set; }
    public long? MaxStep { get; set; }
    public double? MaxValue { get; set; }

    /// <summary>The step of the next point without one: the highest step plus one.</summary>
    public long NextStep { get; set; } = 1;

    /// <summary>The range of steps of the current batch.</summary>
    public long FromStep { get; private set; } = long.MaxValue;

    /// <inheritdoc cref="FromStep"/>
    public long ToStep { get; private set; } = long.MinValue;

    /// <summary>Determines the step of a point.</summary>
    public long Resolve(long step)
    {
        if (step == MetricPoints.NoStep)
        {
            step = NextStep;
        }

        NextStep = Math.Max(NextStep, step + 1);
        FromStep = Math.Min(FromStep, step);
        ToStep = Math.Max(ToStep, step);
        return step;
    }

    /// <summary>Adds a stored point; points may be added in any order.</summary>
    public void Add(long step, DateTime at, double value)
    {
        Count++;
        if (LastStep is null || (step, at).CompareTo((LastStep.Value, LastAt!.Value)) >= 0)
        {
            (LastStep, LastAt, LastValue) = (step, at, value);
        }

        if (double.IsNaN(value))
        {
            return;
        }

        // Of equal values, the lowest step counts.
        if (MinValue is not { } min || value < min || (value.Equals(min) && step < MinStep))
        {
            (MinStep, MinValue) = (step, value);
        }

        if (MaxValue is not { } max || value > max || (value.Equals(max) && step < MaxStep))
        {
            (MaxStep, MaxValue) = (step, value);
        }
    }
}
