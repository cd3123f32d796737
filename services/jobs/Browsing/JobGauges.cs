using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary>How many jobs there are in each status.</summary>
internal sealed class JobGauges(JobsStore store) : IGaugeSource
{
    private static readonly Gauge _jobs = new("platform.jobs", "{job}", "Jobs by status.");

    private static readonly string[] _statuses =
    [
        .. Enum.GetValues<JobStatus>()
            .Where(status => status is not JobStatus.None)
            .Select(status => status.ToString().ToLowerInvariant()),
    ];

    public string Meter => "Platform.Jobs";

    public IReadOnlyList<Gauge> Gauges { get; } = [_jobs];

    public Task<IReadOnlyList<GaugeValue>> ReadAsync(CancellationToken cancellationToken) =>
        _jobs.CountAsync(
            store.DataSource,
            "select status, count(*) from job_summary group by status",
            "status",
            _statuses,
            cancellationToken
        );
}
