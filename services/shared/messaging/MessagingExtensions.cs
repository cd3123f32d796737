using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.EventStore;

namespace Platform.Messaging;

/// <summary>Puts consumers, sagas and publishers on the bus with our conventions.</summary>
public static class MessagingExtensions
{
    /// <summary>
    /// Registers the one bus of this process; every module adds its endpoints. Quorum queues on RabbitMQ, JSON by
    /// System.Text.Json, retries that back off (10 ms to 1 s in the consumer; then <c>_error</c>).
    /// </summary>
    public static IServiceCollection AddPlatformMessaging(
        this IServiceCollection services,
        MessagingOptions options,
        params Action<IBusRegistrationConfigurator>[] modules
    ) => throw new NotImplementedException();

    /// <summary>Adds a consumer on a queue of its own: <c>{service}-{consumer in kebab case}</c>.</summary>
    public static void AddServiceConsumer<TConsumer>(this IBusRegistrationConfigurator bus, string service)
        where TConsumer : class, IConsumer => throw new NotImplementedException();

    /// <summary>
    /// Adds a saga whose state lies in the service's schema (table <c>saga</c>, see <see cref="SagaTable"/>), on the queue
    /// <paramref name="endpoint"/>, with its deadlines polled; at start every waiting saga is due at once.
    /// </summary>
    /// <param name="endpoint">The queue, such as <c>jobs-training</c>.</param>
    /// <param name="deadline">Makes the saga's deadline message for a correlation id.</param>
    public static void AddServiceSaga<TStateMachine, TInstance, TStore>(
        this IBusRegistrationConfigurator bus,
        string endpoint,
        Func<Guid, object> deadline
    )
        where TStateMachine : MassTransitStateMachine<TInstance>
        where TInstance : class, IDeadlineSaga, new()
        where TStore : EventStore.EventStore => throw new NotImplementedException();

    /// <summary>Makes the log the outbox: a subscription <c>{service}-publisher</c> publishes what <typeparamref name="TMessages"/> makes of each event (<c>MessageId</c> = event id).</summary>
    public static void PublishEvents<TMessages>(this EventStoreOptions options, string service)
        where TMessages : IEventMessages => throw new NotImplementedException();
}

/// <summary>The table that holds sagas; a service adds it to its migrations.</summary>
public static class SagaTable
{
    /// <summary>Creates the table and the index of deadlines.</summary>
    public static Migration Migration { get; } =
        new(
            "messaging_001_saga",
            """
            create table saga (
              saga_type varchar not null,
              correlation_id uuid not null,
              version bigint not null,
              state varchar not null,
              due_at timestamptz,
              data jsonb not null,
              changed_at timestamptz not null default now(),
              primary key (saga_type, correlation_id));
            create index saga_due on saga (due_at) where due_at is not null;
            """
        );
}

/// <summary>Remembers handled messages for consumers whose effect has no natural key.</summary>
public static class Inbox
{
    /// <summary>Creates the table.</summary>
    public static Migration Migration { get; } =
        new(
            "messaging_001_inbox",
            """
            create table inbox (
              consumer varchar not null,
              message_id uuid not null,
              received_at timestamptz not null default now(),
              primary key (consumer, message_id));
            create index inbox_received on inbox (received_at);
            """
        );

    /// <summary>Notes the message in the effect's transaction.</summary>
    /// <returns>False when it was handled before: the caller does nothing.</returns>
    public static Task<bool> TryReceiveAsync(
        NpgsqlTransaction transaction,
        string consumer,
        Guid messageId,
        CancellationToken cancellationToken = default
    ) => throw new NotImplementedException();
}
