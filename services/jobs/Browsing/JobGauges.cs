using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>How many jobs there are in each status.</summary>
internal sealed class JobGauges(JobsStore store) : IGaugeSource
{
    private static readonly Gauge _jobs = new("platform.jobs", "{job}", "Jobs by status.");

    public string Meter => "Platform.Jobs";

    public IReadOnlyList<Gauge> Gauges { get; } = [_jobs];

    public Task<IReadOnlyList<GaugeValue>> ReadAsync(CancellationToken cancellationToken) =>
        _jobs.CountAsync(
            store.DataSource,
            "select status, sum(count)::bigint from job_summary_count where not is_deleted group by status",
            "status",
            JobStatuses.All,
            cancellationToken
        );
}
