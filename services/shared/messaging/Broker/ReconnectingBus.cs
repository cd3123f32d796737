using MassTransit;
using MassTransit.Configuration;
using MassTransit.Observables;
using MassTransit.RabbitMqTransport.Configuration;

namespace Platform.Messaging.Broker;

/// <summary>What the transport's own bus configuration is, around a <see cref="ReconnectingHost"/>.</summary>
internal sealed class ReconnectingBus : RabbitMqEndpointConfiguration, IRabbitMqBusConfiguration
{
    private readonly BusObservable _observers = new();

    public ReconnectingBus(IRabbitMqTopologyConfiguration topology)
        : base(topology)
    {
        Host = new ReconnectingHost(this, topology);
        BusEndpointConfiguration = CreateEndpointConfiguration(isBusEndpoint: true);
    }

    public ReconnectingHost Host { get; }

    public IRabbitMqHostConfiguration HostConfiguration => Host;

    public IRabbitMqEndpointConfiguration BusEndpointConfiguration { get; }

    IHostConfiguration IBusConfiguration.HostConfiguration => HostConfiguration;

    IEndpointConfiguration IBusConfiguration.BusEndpointConfiguration => BusEndpointConfiguration;

    IBusObserver IBusConfiguration.BusObservers => _observers;

    public ConnectHandle ConnectBusObserver(IBusObserver observer) => _observers.Connect(observer);

    public ConnectHandle ConnectEndpointConfigurationObserver(IEndpointConfigurationObserver observer) =>
        HostConfiguration.ConnectEndpointConfigurationObserver(observer);
}
