using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Browsing;

/// <summary>How many runs there are in each status.</summary>
internal sealed class RunGauges(TrackingStore store) : IGaugeSource
{
    private static readonly Gauge _runs = new("platform.runs", "{run}", "Runs by status.");

    public string Meter => TrackingCounters.Meter;

    public IReadOnlyList<Gauge> Gauges { get; } = [_runs];

    public Task<IReadOnlyList<GaugeValue>> ReadAsync(CancellationToken cancellationToken) =>
        _runs.CountAsync(
            store.DataSource,
            "select status, sum(count)::bigint from run_count where not is_deleted group by status",
            "status",
            RunNames.Statuses,
            cancellationToken
        );
}
