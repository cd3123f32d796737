using Platform.ServiceDefaults;
using Platform.Tracking.Metrics.Storage;

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

    /// <summary>The place of the last point; null when there is none.</summary>
    public PointPlace? Last => LastStep is { } step ? new PointPlace(step, PointTime.Of(LastAt!.Value)) : null;

    /// <summary>Determines the step of a point.</summary>
    public long Resolve(long step)
    {
        if (step == MetricPoints.NoStep)
        {
            // After the highest step there is no other: points without one stay there, apart by their times.
            step = Math.Min(NextStep, ClientNumbers.MaxWhole);
        }

        NextStep = Math.Max(NextStep, step + 1);
        return step;
    }

    /// <summary>Adds stored points, which are in order; those of earlier places may come later.</summary>
    public void Add(PointBlock points)
    {
        for (var i = 0; i < points.Count; i++)
        {
            Add(points.Steps[i], points.Values[i]);
        }

        var last = points.Last;
        if (Last is not { } before || last > before)
        {
            (LastStep, LastAt, LastValue) = (last.Step, PointTime.ToDateTime(last.Time), points.Values[^1]);
        }
    }

    private void Add(long step, double value)
    {
        Count++;

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
