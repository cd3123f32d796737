using System.Diagnostics.Metrics;

namespace Platform.Tracking;

/// <summary>What this process has taken in since it started.</summary>
internal sealed class TrackingCounters
{
    public const string Meter = "Platform.Tracking";

    private readonly Counter<long> _runs;
    private readonly Counter<long> _points;

    public TrackingCounters(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        _runs = meter.CreateCounter<long>("platform.runs.created", "{run}", "Runs created.");
        _points = meter.CreateCounter<long>(
            "platform.metric_points.ingested",
            "{point}",
            "Metric points stored; one that was stored before does not count again."
        );
    }

    public void RunCreated() => _runs.Add(1);

    public void PointsStored(int count) => _points.Add(count);
}
