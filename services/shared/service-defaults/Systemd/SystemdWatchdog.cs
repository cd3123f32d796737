using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace Platform.ServiceDefaults;

/// <summary>
/// Tells systemd that the process lives, twice as often as <c>WatchdogSec=</c> wants: it does so on the thread pool, which answers
/// requests too. What it depends on is no reason for a restart: that is what <c>/health/ready</c> tells.
/// </summary>
internal sealed class SystemdWatchdog(ISystemdNotifier notifier, TimeProvider clock) : BackgroundService
{
    private static readonly ServiceState _alive = new("WATCHDOG=1");

    /// <summary>How often systemd wants to hear of this process; null when it does not.</summary>
    public static TimeSpan? Interval() =>
        long.TryParse(Variable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var microseconds)
        && microseconds > 0
        && (
            Variable("WATCHDOG_PID") is not { } pid
            || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
        )
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval()!.Value / 2, clock);
        do
        {
            notifier.Notify(_alive);
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}
