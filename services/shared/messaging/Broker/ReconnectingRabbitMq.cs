using MassTransit;
using MassTransit.Configuration;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using RabbitMQ.Client;

namespace Platform.Messaging.Broker;

/// <summary>
/// MassTransit's RabbitMQ transport with another pause between tries to connect. Its own pause doubles up to 30 s, cannot be
/// configured, and does not shrink when a try succeeded, so that a process came back up to half a minute after its broker.
/// Everything else, what is tried again included, is the transport's. What derives from its classes is compared with each new
/// version of the package: a test fails until it was (docs/adr/0020).
/// </summary>
internal sealed class ReconnectingRabbitMq : TransportRegistrationBusFactory<IRabbitMqReceiveEndpointConfigurator>
{
    private readonly Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator> _configure;
    private readonly ReconnectingBus _bus;

    public ReconnectingRabbitMq(Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator> configure)
        : this(configure, new RabbitMqTopologyConfiguration(RabbitMqBusFactory.CreateMessageTopology())) { }

    private ReconnectingRabbitMq(
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator> configure,
        RabbitMqTopologyConfiguration topology
    )
        : this(configure, new ReconnectingBus(topology)) { }

    private ReconnectingRabbitMq(
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator> configure,
        ReconnectingBus bus
    )
        : base(bus.HostConfiguration)
    {
        _configure = configure;
        _bus = bus;
    }

    /// <inheritdoc cref="ReconnectingHost.LastFailure" />
    public Exception? LastFailure => _bus.Host.LastFailure;

    /// <summary>Closes the connection; endpoints and senders make another one after their pause.</summary>
    public Task DisconnectAsync() =>
        _bus.HostConfiguration.ConnectionContextSupervisor.Send(
            Pipe.ExecuteAsync<ConnectionContext>(context => context.Connection.CloseAsync(context.CancellationToken))
        );

    public override IBusInstance CreateBus(
        IBusRegistrationContext context,
        IEnumerable<IBusInstanceSpecification> specifications,
        string busName
    ) => CreateBus(new RabbitMqBusFactoryConfigurator(_bus), context, _configure, specifications);
}
