using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Platform.EventStore;
using Platform.Messaging.Agents;
using Platform.Messaging.Broker;
using Platform.Messaging.Sagas;

namespace Platform.Messaging;

/// <summary>Puts consumers, sagas and publishers on the bus with our conventions.</summary>
public static class MessagingExtensions
{
    /// <summary>
    /// Registers the one bus of this process; every module adds its endpoints. Durable queues on RabbitMQ, JSON by
    /// System.Text.Json, retries that back off (10 ms to 1 s in the consumer; then <c>_error</c>). What a consumer or saga
    /// sends leaves only after it succeeded. The host starts although the broker is away; readiness then fails as
    /// <c>bus</c>. Call it after the modules were added, so that their tables exist before the first message.
    /// </summary>
    public static IServiceCollection AddPlatformMessaging(
        this IServiceCollection services,
        MessagingOptions options,
        params Action<IBusRegistrationConfigurator>[] modules
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(modules);
        var rules = new MessagingRules(options);
        // With wrong settings nothing starts.
        services.AddSingleton<IValidateOptions<MessagingOptions>>(rules);
        services.AddOptions<MessagingOptions>().ValidateOnStart();
        var broker =
            options.Transport is MessageTransport.RabbitMq && rules.Problems.Count == 0
                ? options.BrokerAddress()
                : null;

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<BusReadiness>();
        services.AddSingleton<QueueConnector>();
        services.AddSingleton<RefusedAgentMessages>();
        services
            .AddOptions<MassTransitHostOptions>()
            .Configure(host =>
            {
                host.WaitUntilStarted = options.Transport is MessageTransport.InMemory;
                host.StopTimeout = TimeSpan.FromSeconds(10);
            });
        services.AddHostedService<BusMetrics>();
        services.AddHealthChecks().AddCheck<BusHealthCheck>(BusHealthCheck.Name);
        services.PostConfigure<HealthCheckServiceOptions>(health =>
        {
            foreach (var replaced in health.Registrations.Where(check => check.Tags.Contains("masstransit")).ToList())
            {
                health.Registrations.Remove(replaced);
            }
        });
        ReconnectingRabbitMq? rabbit = null;
        services.AddSingleton(container => new BrokerConnection(
            container.GetRequiredService<IBusControl>(),
            () => rabbit?.DisconnectAsync() ?? Task.CompletedTask,
            () => rabbit?.LastFailure
        ));
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry(); // the platform calls nobody
            bus.AddReceiveObserver<MessageMetrics>();
            foreach (var module in modules)
            {
                module(bus);
            }

            bus.AddConfigureEndpointsCallback((context, _, endpoint) => endpoint.UseConventions(context, options));
            if (broker is null)
            {
                bus.UsingInMemory(
                    (context, transport) =>
                    {
                        transport.MarkMessages();
                        transport.ConfigureEndpoints(context);
                    }
                );
            }
            else
            {
                rabbit = bus.UseRabbitMq(broker);
            }
        });
        return services;
    }

    /// <summary>Adds a consumer on a queue of its own: <c>{service}-{consumer in kebab case}</c>.</summary>
    public static void AddServiceConsumer<TConsumer>(this IBusRegistrationConfigurator bus, string service)
        where TConsumer : class, IConsumer
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddConsumer<TConsumer>().Endpoint(endpoint => endpoint.OnQueueOf<TConsumer>(service));
    }

    /// <summary>
    /// Adds a consumer of what agents report, on a queue of its own as <see cref="AddServiceConsumer{TConsumer}"/> does. Only what the
    /// agent of the named node sent gets to it. What cannot be handled is dropped instead of kept beside the queue: agents repeat
    /// what got no answer.
    /// </summary>
    /// <param name="nodeOf">The node that a message names as its sender.</param>
    public static void AddAgentConsumer<TConsumer, TMessage>(
        this IBusRegistrationConfigurator bus,
        string service,
        Func<TMessage, Guid> nodeOf
    )
        where TConsumer : class, IConsumer<TMessage>
        where TMessage : class
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddConsumer<TConsumer>(
                (context, consumer) =>
                    consumer.Message<TMessage>(message =>
                        message.UseFilter(
                            new AgentMessageFilter<TMessage>(
                                nodeOf,
                                context.GetRequiredService<MessagingOptions>(),
                                context.GetRequiredService<RefusedAgentMessages>()
                            )
                        )
                    )
            )
            .Endpoint(endpoint =>
            {
                endpoint.OnQueueOf<TConsumer>(service);
                endpoint.AddConfigureEndpointCallback(queue =>
                {
                    queue.PublishFaults = false;
                    queue.DiscardFaultedMessages();
                    queue.DiscardSkippedMessages();
                });
            });
    }

    /// <summary>Registers a consumer for a queue whose name is known only while the process runs; see <see cref="QueueConnector"/>.</summary>
    public static void AddQueueConsumer<TConsumer>(this IBusRegistrationConfigurator bus)
        where TConsumer : class, IConsumer
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddConsumer<TConsumer>().ExcludeFromConfigureEndpoints();
    }

    /// <summary>
    /// Adds a saga whose state lies in the service's schema (table <c>saga</c>, see <see cref="SagaTable"/>), on the queue
    /// <paramref name="endpoint"/>, with its deadlines polled; at start every waiting saga is due at once. Its events are
    /// correlated by id only.
    /// </summary>
    /// <param name="endpoint">The queue, such as <c>jobs-training</c>; also the key <c>saga_type</c> in the table.</param>
    /// <param name="deadline">Makes the saga's deadline message for a correlation id.</param>
    /// <param name="settled">
    /// The state in which a saga waits for nothing: it gets no deadline message, and is deleted when its deadline has passed.
    /// </param>
    public static void AddServiceSaga<TStateMachine, TInstance, TStore>(
        this IBusRegistrationConfigurator bus,
        string endpoint,
        Func<Guid, object> deadline,
        string? settled = null
    )
        where TStateMachine : MassTransitStateMachine<TInstance>
        where TInstance : class, IDeadlineSaga, new()
        where TStore : EventStore.EventStore
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddSingleton(new SagaRegistration<TInstance>(endpoint, deadline, settled));
        bus.AddSagaStateMachine<TStateMachine, TInstance>()
            .Endpoint(configure =>
            {
                configure.Name = endpoint;
                configure.PrefetchCount = EndpointConventions.Prefetch;
                configure.ConcurrentMessageLimit = EndpointConventions.Concurrency;
            })
            .Repository(repository =>
            {
                repository.RegisterLoadSagaRepository<TInstance, SagaStorage<TInstance, TStore>>();
                repository.RegisterSagaRepository<
                    TInstance,
                    SagaSession<TInstance>,
                    SagaConsumeContextFactory<SagaSession<TInstance>, TInstance>,
                    SagaStorage<TInstance, TStore>
                >();
            });
        bus.AddHostedService<DeadlinePoller<TInstance, TStore>>();
    }

    /// <summary>Makes the log the outbox: a subscription <c>{service}-publisher</c> publishes what <typeparamref name="TMessages"/> makes of each event (<c>MessageId</c> = event id).</summary>
    public static void PublishEvents<TMessages>(this EventStoreOptions options, string service)
        where TMessages : IEventMessages
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Subscriptions.Add(container => new EventPublisher(
            $"{service}-publisher",
            ActivatorUtilities.GetServiceOrCreateInstance<TMessages>(container),
            container.GetRequiredService<IBus>(),
            container.GetRequiredService<BusReadiness>()
        ));
    }

    /// <returns>The transport.</returns>
    private static ReconnectingRabbitMq UseRabbitMq(this IBusRegistrationConfigurator bus, Uri broker)
    {
        var rabbit = new ReconnectingRabbitMq(
            (context, transport) =>
            {
                transport.MarkMessages();
                transport.Host(
                    broker,
                    host =>
                    {
                        host.Heartbeat(TimeSpan.FromSeconds(10));
                        if (context.GetService<IBrokerCredentials>() is { } credentials)
                        {
                            transport.ActAs(credentials, host);
                        }
                    }
                );
                transport.ConfigureEndpoints(context);
            }
        );
        bus.SetBusFactory(rabbit);
        return rabbit;
    }

    private static void MarkMessages(this IBusFactoryConfigurator transport)
    {
        transport.ConfigurePublish(pipe => pipe.UseExecute(FollowRequest.Mark));
        transport.ConfigureSend(pipe => pipe.UseExecute(FollowRequest.Mark));
    }

    private static void OnQueueOf<TConsumer>(this IEndpointRegistrationConfigurator endpoint, string service)
        where TConsumer : class, IConsumer
    {
        endpoint.Name = $"{service}-{KebabCaseEndpointNameFormatter.Instance.Consumer<TConsumer>()}";
        endpoint.PrefetchCount = EndpointConventions.Prefetch;
        endpoint.ConcurrentMessageLimit = EndpointConventions.Concurrency;
    }
}
