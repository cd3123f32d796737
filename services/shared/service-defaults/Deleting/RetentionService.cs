using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>Deletes what a service keeps no longer, from time to time. Replicas may do it at the same time.</summary>
public abstract partial class RetentionService(
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<RetentionService> logger
) : BackgroundService
{
    /// <summary>The pause between two sweeps.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>
    /// Deletes what is due, in small steps. What a failure leaves is due again at the next sweep.
    /// </summary>
    protected abstract Task SweepAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitForStartAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(clock.GetUtcNow(), stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception, GetType().Name);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Sweep} could not delete everything that is due; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string sweep);
}
