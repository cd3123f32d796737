using MassTransit;

namespace Platform.Messaging.Broker;

/// <summary>
/// Knows when every endpoint of this process receives. In memory a message that is published before that is lost, so whoever
/// publishes on its own account waits here first.
/// </summary>
internal sealed class BusReadiness(IBusControl bus)
{
    private volatile bool _wasReady;

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (_wasReady)
        {
            return;
        }

        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        _wasReady = true;
    }
}
