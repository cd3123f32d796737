using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Destinations;
using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Alerts.Delivery;

/// <summary>Wakes the deliveries of this process when there is something new.</summary>
internal sealed class DeliverySignal : Signal;

/// <summary>
/// Delivers what alerts have to tell, at least once: tries again with pauses that double, until it is taken or was tried often enough.
/// Replicas share the work.
/// </summary>
internal sealed partial class DeliveryLoop(
    DeliverySignal signal,
    DeliveryQueue queue,
    DestinationSender sender,
    IOptions<AlertOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<DeliveryLoop> logger
) : BackgroundService
{
    private const int MaxAtOnce = 8;
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _forgetEvery = TimeSpan.FromHours(1);

    private DateTimeOffset _nextForget;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitForStartAsync(stoppingToken);
        var pause = options.Value.FirstRetry < _poll ? options.Value.FirstRetry : _poll;
        while (!stoppingToken.IsCancellationRequested)
        {
            var hasMore = false;
            try
            {
                hasMore = await DeliverAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception);
                await Task.Delay(_poll, clock, stoppingToken);
            }

            if (!hasMore)
            {
                await signal.WaitAsync(pause, clock, stoppingToken);
            }
        }
    }

    /// <summary>When something is tried again: 5 s, 10 s, 20 s and so on after the first failures, up to the longest pause.</summary>
    /// <param name="attempt">How often it was tried.</param>
    /// <returns>Null for never.</returns>
    internal static TimeSpan? PauseAfter(int attempt, AlertOptions options) =>
        attempt >= options.MaxAttempts
            ? null
            : TimeSpan.FromTicks(
                (long)
                    Math.Min(
                        options.LongestRetry.Ticks,
                        options.FirstRetry.Ticks * Math.Pow(2, Math.Min(attempt - 1, 40))
                    )
            );

    /// <returns>Whether there may be more.</returns>
    private async Task<bool> DeliverAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (now >= _nextForget)
        {
            await queue.ForgetAsync(now - options.Value.KeepDeliveries, cancellationToken);
            _nextForget = now + _forgetEvery;
        }

        // A redirect is another request, each of which may take its time.
        var lease = (options.Value.Timeout * 5) + TimeSpan.FromSeconds(10);
        var due = await queue.TakeAsync(MaxAtOnce, now, lease, cancellationToken);
        await Task.WhenAll(due.Select(delivery => DeliverAsync(delivery, cancellationToken)));
        return due.Count == MaxAtOnce;
    }

    private async Task DeliverAsync(DueDelivery delivery, CancellationToken cancellationToken)
    {
        var outcome = delivery.Destination is { } destination
            ? await sender.SendAsync(destination, delivery.Notice, cancellationToken)
            : new SendOutcome(Status: null, AlertSentences.NoDestination, IsFinal: true);
        var now = clock.GetUtcNow();
        var pause = outcome.IsDelivered || outcome.IsFinal ? null : PauseAfter(delivery.Attempt, options.Value);
        if (!outcome.IsDelivered)
        {
            LogNotDelivered(logger, delivery.Id, delivery.Attempt, outcome.Error!.Text);
        }

        await queue.RecordAsync(delivery, outcome, now + pause, now, cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Warning, "Delivering alerts failed; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "Delivery {Delivery} of an alert failed at attempt {Attempt}: {Reason}")]
    private static partial void LogNotDelivered(ILogger logger, Guid delivery, int attempt, string reason);
}
