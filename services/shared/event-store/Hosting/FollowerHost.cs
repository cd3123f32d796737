using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.EventStore;

/// <summary>
/// Runs a store's followers. They start once every hosted service has started and stop before any of them stops, so that a
/// subscription finds the bus it publishes to.
/// </summary>
internal sealed class FollowerHost(EventStore store, IServiceProvider services, ILoggerFactory loggers)
    : IHostedLifecycleService,
        IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly StoreMetrics _metrics = new();
    private Task _running = Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger<Follower>();
        store.Followers =
        [
            .. store.Options.AsyncProjections.Select(p => new ProjectionFollower(store, p, logger)),
            .. store.Options.Subscriptions.Select(create => new SubscriptionFollower(store, create(services), logger)),
        ];
        _metrics.Observe(store.Options.Schema, store.Followers);
        var broadcast = new LogBroadcast(store, store.Followers, logger);
        _running = Task.WhenAll([
            .. store.Followers.Select(f => Task.Run(() => f.RunAsync(_stopping.Token), CancellationToken.None)),
            Task.Run(() => broadcast.RunAsync(_stopping.Token), CancellationToken.None),
        ]);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAny(_running, Task.Delay(Timeout.Infinite, cancellationToken));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _metrics.Dispose();
        _stopping.Dispose();
    }
}
