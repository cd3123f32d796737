using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.Tracking.Alerts.Evaluation;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Alerts.Rules;
using Platform.Tracking.Alerts.Watching;

namespace Platform.Tracking.Alerts;

/// <summary>
/// Looks at what rules watch: at runs soon after points of them were stored here, and at everything from time to time. Replicas may do it
/// at the same time; one of them stores what it finds.
/// </summary>
internal sealed partial class AlertLoop(
    EvaluationSignal signal,
    RuleReader rules,
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

    /// <summary>How often jobs that ended long ago are forgotten.</summary>
    private static readonly TimeSpan _forgetInterval = TimeSpan.FromHours(1);

    /// <summary>After a start everything counts: points of before may not have been looked at.</summary>
    private DateTimeOffset _since = DateTimeOffset.UnixEpoch;
    private DateTimeOffset _nextSweep;
    private DateTimeOffset _nextForgetting;

    /// <summary>Runs that could not be looked at; tried again with each sweep.</summary>
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);

    /// <summary>Whether the last look left something that the next goes on with.</summary>
    private bool _isMoreStale;
    private bool _isMoreDue;

    /// <summary>
    /// What there are rules about, as of the last sweep; a change of a rule asks for one. Those that another replica makes are found by the
    /// next, which looks at what was stored since the last.
    /// </summary>
    private IReadOnlySet<string> _watches = new HashSet<string>(StringComparer.Ordinal);

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
        if (all)
        {
            _watches = await rules.WatchesAsync(cancellationToken);
        }
        else if (!_isMoreStale && !_isMoreDue && (runs.Count == 0 || !_watches.Contains(RuleWords.Metric)))
        {
            return;
        }

        var isDue = all || _isMoreDue;
        var isLooked = true;
        if (_watches.Contains(RuleWords.Metric))
        {
            isLooked = await GuardAsync(
                () => EvaluateAsync(all ? null : runs, now, cancellationToken),
                cancellationToken
            );
            if (isDue)
            {
                _isMoreDue = false;
                await GuardAsync(
                    async () => _isMoreDue = await metrics.EvaluateDueAsync(now, cancellationToken),
                    cancellationToken
                );
            }
        }

        if (all)
        {
            await SweepAsync(now, cancellationToken);
            // What a failed look did not find is found by the next.
            _since = isLooked ? now - _overlap : _since;
            _nextSweep = now + options.Value.SweepInterval;
        }

        // Last, so that what this look found in a run that has ended is over with it.
        _isMoreStale = false;
        await GuardAsync(async () => _isMoreStale = await stale.ResolveAsync(cancellationToken), cancellationToken);
        if (_isMoreStale || _isMoreDue)
        {
            signal.GoOn();
        }
    }

    private async Task EvaluateAsync(
        IReadOnlyList<string>? runs,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (runs is null)
        {
            _failed.ToList().ForEach(signal.Note);
            _failed.Clear();
        }

        var look = await metrics.EvaluateAsync(runs, _since, now, cancellationToken);
        foreach (var run in look.Again)
        {
            signal.Note(run);
        }

        _failed.UnionWith(look.Failed);
    }

    /// <summary>Looks at what only time tells, and at what was left by a crash.</summary>
    private async Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_watches.Contains(RuleWords.Job))
        {
            await GuardAsync(() => jobs.LookAsync(now, cancellationToken), cancellationToken);
        }

        if (_watches.Contains(RuleWords.Node))
        {
            await GuardAsync(() => nodes.LookAsync(cancellationToken), cancellationToken);
        }

        if (now >= _nextForgetting)
        {
            await GuardAsync(() => jobs.ForgetAsync(now, cancellationToken), cancellationToken);
            _nextForgetting = now + _forgetInterval;
        }
    }

    /// <summary>A stage that fails keeps none of the others from being done.</summary>
    private async Task<bool> GuardAsync(Func<Task> stage, CancellationToken cancellationToken)
    {
        try
        {
            await stage();
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, exception);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Looking at what alert rules watch failed; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
