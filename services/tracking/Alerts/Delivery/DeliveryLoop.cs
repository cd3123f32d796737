using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Destinations;
using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Alerts.Delivery;

/// <summary>Wakes the deliveries of this process when there is something new.</summary>
internal sealed class DeliverySignal : Signal;

/// <summary>
/// Delivers what alerts have to tell, at least once: tries again with pauses that double, until it is taken or was tried often enough.
/// Each destination waits for itself alone. Replicas share the work.
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
    /// <summary>How many messages are sent to one destination at the same time; the next follow when all of them are done with.</summary>
    private const int MaxAtOnce = 4;
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _forgetEvery = TimeSpan.FromHours(1);

    /// <summary>For how long a process that stops tries to note what it leaves.</summary>
    private static readonly TimeSpan _lastNote = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Guid, Task> _busy = [];
    private DateTimeOffset _nextForget;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.WaitForStartAsync(stoppingToken);
        try
        {
            await RunAsync(stoppingToken);
        }
        finally
        {
            // They end soon, and note what they leave.
            await Task.WhenAll(_busy.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        var pause = options.Value.FirstRetry < _poll ? options.Value.FirstRetry : _poll;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await BeginAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception);
                await Task.Delay(_poll, clock, stoppingToken);
            }

            await signal.WaitAsync(pause, clock, stoppingToken);
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

    /// <summary>Begins to deliver what is due to destinations that have nothing to do.</summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (now >= _nextForget)
        {
            await queue.ForgetAsync(now - options.Value.KeepDeliveries, cancellationToken);
            _nextForget = now + _forgetEvery;
        }

        foreach (var (destination, _) in _busy.Where(one => one.Value.IsCompleted).ToList())
        {
            _busy.Remove(destination);
        }

        // A redirect is another request, each of which may take its time.
        var lease = (options.Value.Timeout * 5) + TimeSpan.FromSeconds(10);
        // Not given up in the middle: what is taken and not known of would wait until the lease is over.
        var due = await queue.TakeAsync(MaxAtOnce, _busy.Keys, now, lease, CancellationToken.None);
        foreach (var group in due.GroupBy(delivery => delivery.DestinationId))
        {
            _busy.Add(group.Key, DeliverAsync([.. group], cancellationToken));
        }
    }

    private async Task DeliverAsync(IReadOnlyList<DueDelivery> deliveries, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(deliveries.Select(delivery => DeliverAsync(delivery, cancellationToken)));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // What is not recorded is due again when its lease is over.
            LogFailed(logger, exception);
        }

        signal.Raise();
    }

    private async Task DeliverAsync(DueDelivery delivery, CancellationToken stoppingToken)
    {
        SendOutcome outcome;
        try
        {
            outcome = await SendAsync(delivery, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Whether it arrived is not known: whoever runs next sends it again, and need not wait until the lease is over.
            using var lastNote = new CancellationTokenSource(_lastNote, clock);
            await queue.ReleaseAsync(delivery, clock.GetUtcNow(), lastNote.Token);
            throw;
        }

        var now = clock.GetUtcNow();
        var pause = outcome.IsDelivered || outcome.IsFinal ? null : PauseAfter(delivery.Attempt, options.Value);
        if (!outcome.IsDelivered)
        {
            LogNotDelivered(logger, delivery.Id, delivery.Attempt, outcome.Error!.Text);
        }

        // Also while the process stops: what is known is not forgotten.
        await queue.RecordAsync(delivery, outcome, now + pause, now, CancellationToken.None);
    }

    private async Task<SendOutcome> SendAsync(DueDelivery delivery, CancellationToken cancellationToken) =>
        // Whoever tried it last has died without an answer.
        delivery.Attempt > options.Value.MaxAttempts
            ? new SendOutcome(Status: null, AlertSentences.NoAnswer.With(options.Value.MaxAttempts), IsFinal: true)
        : delivery.Destination is { } destination
            ? await sender.SendAsync(destination, delivery.Notice, cancellationToken)
        : new SendOutcome(Status: null, AlertSentences.NoDestination, IsFinal: true);

    [LoggerMessage(1, LogLevel.Warning, "Delivering alerts failed; trying again")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "Delivery {Delivery} of an alert failed at attempt {Attempt}: {Reason}")]
    private static partial void LogNotDelivered(ILogger logger, Guid delivery, int attempt, string reason);
}
