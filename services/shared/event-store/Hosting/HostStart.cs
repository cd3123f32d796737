using Microsoft.Extensions.Hosting;

namespace Platform.EventStore;

/// <summary>Waits for the start of the process.</summary>
public static class HostStart
{
    /// <summary>Waits until everything has started, and so the schema is there, or until the process stops.</summary>
    public static async Task WaitForStartAsync(this IHostApplicationLifetime lifetime, CancellationToken stoppingToken)
    {
        ArgumentNullException.ThrowIfNull(lifetime);
        using var started = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStarted, stoppingToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, started.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
