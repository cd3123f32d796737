using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Evaluation;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Alerts.Watching;

namespace Platform.Tracking.Alerts;

/// <summary>
/// Looks at what rules watch: at runs soon after points of them were stored here, and at everything from time to time. Replicas may do it
/// at the same time; one of them stores what it finds.
/// </summary>
internal sealed partial class AlertLoop(
    EvaluationSignal signal,
    MetricEvaluator metrics,
    JobWatch jobs,
    NodeWatch nodes,
    StaleAlerts stale,
    IOptions<AlertOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<AlertLoop> logger
) : BackgroundService
{
    /// <summary>Transactions that began before the last sweep may have been committed after it.</summary>
    private static readonly TimeSpan _overlap = TimeSpan.FromMinutes(1);

    /// <summary>After a start everything counts: points of before may not have been looked at.</summary>
    private DateTimeOffset _since = DateTimeOffset.UnixEpoch;
    private DateTimeOffset _nextSweep;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitForStartAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // What was taken and not looked at is found by looking through everything.
                LogFailed(logger, exception);
                signal.Raise();
                await Task.Delay(options.Value.SweepInterval, clock, stoppingToken);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(options.Value.EvaluateAfterMilliseconds), clock, stoppingToken);
            await signal.WaitAsync(options.Value.SweepInterval, clock, stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var all = signal.Take(out var runs) | now >= _nextSweep;
        if (!all && runs.Count == 0)
        {
            return;
        }

        // First, so that what a changed rule found before is over when it finds it again.
        await stale.ResolveAsync(cancellationToken);
        var again = await metrics.EvaluateAsync(all ? null : runs, _since, now, cancellationToken);
        if (all)
        {
            await metrics.EvaluateDueAsync(now, cancellationToken);
            await jobs.LookAsync(now, cancellationToken);
            await nodes.LookAsync(cancellationToken);
            _since = now - _overlap;
            _nextSweep = now + options.Value.SweepInterval;
        }

        await stale.ResolveAsync(cancellationToken);
        foreach (var run in again)
        {
            signal.Note(run);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Looking at what alert rules watch failed; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
