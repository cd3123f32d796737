using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.ServiceDefaults;

/// <summary>Writes health reports.</summary>
public static class HealthReportWriter
{
    private const string Disks = "disks";

    /// <summary>What a health check adds to the report's <c>disks</c>.</summary>
    public static IReadOnlyDictionary<string, object> Data(IReadOnlyList<DiskState> disks) =>
        new Dictionary<string, object>(StringComparer.Ordinal) { [Disks] = disks };

    /// <summary>
    /// Writes <c>{"status":"healthy","checks":{"database":{"status":"healthy"}},"disks":[]}</c>, of disks those that are nearly full;
    /// no exception text leaves the process.
    /// </summary>
    internal static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new
            {
                status = Word(report.Status),
                checks = report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => new { status = Word(entry.Value.Status), description = entry.Value.Description },
                    StringComparer.Ordinal
                ),
                disks = report
                    .Entries.Values.Select(entry => entry.Data.GetValueOrDefault(Disks))
                    .OfType<IReadOnlyList<DiskState>>()
                    .SelectMany(disks => disks),
            }
        );

    private static string Word(HealthStatus status) =>
        status switch
        {
            HealthStatus.Healthy => "healthy",
            HealthStatus.Degraded => "degraded",
            _ => "unhealthy",
        };
}
