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

    // About 25 minutes in all: RabbitMQ takes a delivery back that is not acknowledged within 30.
    private const int AttemptsWithoutDatabase = 310;
    private static readonly TimeSpan _firstPauseWithoutDatabase = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longestPauseWithoutDatabase = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Durable queue (quorum where there are several brokers), retries, and the outbox inside: a lost race sends nothing. While the database is away the deliveries that
    /// were begun are held and the queue keeps the rest, so an outage moves nothing to <c>_error</c>; other failures that
    /// may pass are tried again for at most 1.3 s.
    /// </summary>
    public static void UseConventions(
        this IReceiveEndpointConfigurator endpoint,
        IRegistrationContext context,
        MessagingOptions options
    )
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator queue && options.QuorumSize > 1)
        {
            queue.SetQuorumQueue(options.QuorumSize);
        }

        endpoint.UseFilter(new FollowRequest());
        endpoint.UseMessageRetry(retry =>
        {
            retry.Exponential(
                AttemptsWithoutDatabase,
                _firstPauseWithoutDatabase,
                _longestPauseWithoutDatabase,
                _firstPauseWithoutDatabase
            );
            retry.Handle<NpgsqlException>(DatabaseFailures.IsUnreachable);
        });
        endpoint.UseMessageRetry(retry =>
        {
            retry.Intervals(_pauses);
            retry.Handle<NpgsqlException>(exception =>
                exception.IsTransient && !DatabaseFailures.IsUnreachable(exception)
            );
            retry.Handle<TimeoutException>();
            retry.Handle<LostRaceException>();
        });
        endpoint.UseInMemoryOutbox(context);
    }
}
