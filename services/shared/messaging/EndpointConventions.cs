using MassTransit;
using Npgsql;
using Platform.EventStore;

namespace Platform.Messaging;

/// <summary>What every receive endpoint of ours does the same way.</summary>
internal static class EndpointConventions
{
    /// <summary>Deliveries held ahead by an endpoint whose handlers are short database transactions.</summary>
    public const int Prefetch = 32;

    /// <summary>Such handlers that run at once.</summary>
    public const int Concurrency = 16;

    private static readonly TimeSpan[] _pauses =
    [
        TimeSpan.FromMilliseconds(10),
        TimeSpan.FromMilliseconds(50),
        TimeSpan.FromMilliseconds(200),
        TimeSpan.FromSeconds(1),
    ];

    /// <summary>Quorum queue, retries that hold the delivery for at most 1.3 s, and the outbox inside: a lost race sends nothing.</summary>
    public static void UseConventions(
        this IReceiveEndpointConfigurator endpoint,
        IRegistrationContext context,
        MessagingOptions options
    )
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator queue)
        {
            queue.SetQuorumQueue(options.QuorumSize);
        }

        endpoint.UseMessageRetry(retry =>
        {
            retry.Intervals(_pauses);
            retry.Handle<NpgsqlException>(exception => exception.IsTransient);
            retry.Handle<TimeoutException>();
            retry.Handle<StreamVersionConflictException>();
            retry.Handle<SagaVersionConflictException>();
        });
        endpoint.UseInMemoryOutbox(context);
    }
}
