using MassTransit;

namespace Platform.Messaging;

/// <summary>Addresses of queues.</summary>
public static class QueueAddress
{
    /// <summary>
    /// Where to send a command for one queue. It names the queue's exchange: a <c>queue:</c> address would declare the queue
    /// with a sender's idea of its arguments, which a queue that was made otherwise refuses.
    /// </summary>
    public static Uri Of(string queue) => new($"exchange:{queue}");
}

/// <summary>Opens queues whose names are known only while the process runs, such as an agent's.</summary>
public sealed class QueueConnector(IReceiveEndpointConnector connector, MessagingOptions options)
{
    /// <summary>
    /// Reads a queue from now on with consumers that were registered by
    /// <see cref="MessagingExtensions.AddQueueConsumer{TConsumer}"/>; returns once it receives, which takes a broker. The
    /// queue gets what is sent to <see cref="QueueAddress.Of"/>, never what is published.
    /// </summary>
    /// <param name="concurrency">Messages handled at once.</param>
    /// <returns>The open queue; stop it to close it, or let the bus do so.</returns>
    public async Task<HostReceiveEndpointHandle> ConnectAsync(
        string queue,
        int concurrency,
        IReadOnlyList<Type> consumers,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(consumers);
        var handle = connector.ConnectReceiveEndpoint(
            queue,
            (context, endpoint) =>
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.PublishFaults = false; // an agent's user may not, and nobody listens
                endpoint.PrefetchCount = concurrency * 2;
                endpoint.ConcurrentMessageLimit = concurrency;
                endpoint.UseConventions(context, options);
                foreach (var consumer in consumers)
                {
                    endpoint.ConfigureConsumer(context, consumer);
                }
            }
        );
        await handle.Ready.WaitAsync(cancellationToken);
        return handle;
    }
}
