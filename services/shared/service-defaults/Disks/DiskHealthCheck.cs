using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.ServiceDefaults;

/// <summary>Tells of disks that are nearly full. The process still works, so it stays ready.</summary>
internal sealed class DiskHealthCheck(DiskWatch watch) : IHealthCheck
{
    public const string Name = "disk";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var disks = watch.Disks.Where(disk => disk.Level is not DiskLevel.Normal).ToList();
        return Task.FromResult(
            disks.Count == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded(
                    string.Join(' ', disks.Select(Describe)),
                    data: HealthReportWriter.Data(disks)
                )
        );
    }

    private static string Describe(DiskState disk)
    {
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"The disk of '{disk.Name}' is {disk.UsedPercent} % full"
        );
        return disk is { Level: DiskLevel.Full, IsShared: true }
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{found}; nothing new is accepted until it is below {disk.AcceptsBelow} %."
            )
            : $"{found}.";
    }
}
