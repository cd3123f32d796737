using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>Keeps the newest values of a source for everybody who asks.</summary>
internal sealed partial class PolledGauges(
    IGaugeSource source,
    IMeterFactory meters,
    IHostApplicationLifetime lifetime,
    IOptions<MetricsOptions> options,
    TimeProvider clock,
    ILogger<PolledGauges> log
) : BackgroundService
{
    /// <summary>Reading takes at most a tenth of the time, however long a table has grown.</summary>
    private const int RestPerRead = 9;

    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private volatile IReadOnlyList<GaugeValue> _values = [];
    private bool _failed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Observe();
        await lifetime.WaitForStartAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = await ReadAsync(stoppingToken);
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Observe()
    {
        var meter = meters.Create(source.Meter);
        foreach (var gauge in source.Gauges)
        {
            meter.CreateObservableGauge(
                gauge.Name,
                () =>
                    _values
                        .Where(value => value.Gauge == gauge)
                        .Select(value => new Measurement<double>(value.Value, value.Tags)),
                gauge.Unit,
                gauge.Description
            );
        }
    }

    /// <returns>When to read again.</returns>
    private async Task<TimeSpan> ReadAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.Interval;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(_patience);
        var began = clock.GetTimestamp();
        try
        {
            _values = await source.ReadAsync(limit.Token);
            _failed = false;
        }
        catch (Exception exception)
        {
            _values = [];
            if (!_failed && !stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, source.Meter, exception.Message);
            }

            _failed = true;
            return interval;
        }

        var rest = clock.GetElapsedTime(began) * RestPerRead;
        return rest < interval ? interval
            : rest < _longestPause ? rest
            : _longestPause;
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The gauges of {Meter} cannot be read ({Reason}) and are left out of the metrics until they can"
    )]
    private static partial void LogFailed(ILogger log, string meter, string reason);
}
