using MassTransit;
using MassTransit.RabbitMqTransport.Configuration;

namespace Platform.Messaging.Broker;

/// <summary>The broker as one process sees it: endpoints and senders that lost it try again after the same short pause each time.</summary>
internal sealed class ReconnectingHost : RabbitMqHostConfiguration
{
    /// <summary>The transport adds a second of its own.</summary>
    private static readonly TimeSpan _shortestPause = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(2.5);

    /// <summary>After so many tries the transport asks the policy again; it never gives up.</summary>
    private const int TriesAtOnce = 1000;

    public ReconnectingHost(IRabbitMqBusConfiguration bus, IRabbitMqTopologyConfiguration topology)
        : base(bus, topology)
    {
        // A broker that refuses this process may let it in later, such as after its users were restored.
        var policy = base.ReceiveTransportRetryPolicy;
        bool IsTransient(Exception exception)
        {
            LastFailure = exception;
            return policy.IsHandled(exception) || BrokerConnection.IsRefusal(exception);
        }

        // One pause a process: its endpoints share each try to connect. Another one in each, or all would come at the same moment.
        var pause = _shortestPause + (Random.Shared.NextDouble() * (_longestPause - _shortestPause));
        ReceiveTransportRetryPolicy = Retry.CreatePolicy(retry =>
        {
            retry.Handle<Exception>(IsTransient);
            retry.Interval(TriesAtOnce, pause);
        });
    }

    /// <summary>
    /// Why the last try to connect failed; null before the first one failed. An endpoint's own exception is the one with which an
    /// outage began, also when the broker has come back since and refuses this process.
    /// </summary>
    public Exception? LastFailure { get; private set; }

    public override IRetryPolicy ReceiveTransportRetryPolicy { get; }
}
