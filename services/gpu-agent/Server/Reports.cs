using MassTransit;

namespace Platform.GpuAgent.Server;

/// <summary>Publishes reports and heartbeats; the caller repeats what could not be published.</summary>
internal sealed class Reports(IBus bus, ILogger<Reports> log)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    /// <returns>False when the broker did not accept it.</returns>
    public async Task<bool> TryPublishAsync<T>(T message, CancellationToken cancellationToken)
        where T : class
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(_limit);
        try
        {
            await bus.Publish(message, limited.Token).WaitAsync(limited.Token);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogDebug("{Message} was not published: {Reason}", typeof(T).Name, exception.Message);
            return false;
        }
    }
}
