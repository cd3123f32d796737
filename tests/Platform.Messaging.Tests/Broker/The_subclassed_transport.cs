using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;
using MassTransit.RabbitMqTransport.Configuration;
using Platform.Messaging.Broker;
using RabbitMQ.Client.Exceptions;

namespace Platform.Messaging.Tests.Broker;

/// <summary>
/// <see cref="ReconnectingRabbitMq"/> derives from classes of MassTransit's transport that promise nothing between versions, for
/// one reason: the transport's pause between tries to connect. These tests fail when either changes (docs/adr/0020).
/// </summary>
public sealed class The_subclassed_transport
{
    private const string ComparedWith = "8.5.12";
    private const int Tries = 12;

    [Fact]
    public void was_compared_with_the_version_of_the_package_that_is_used()
    {
        var version = typeof(RabbitMqHostConfiguration).Assembly.GetName().Version!.ToString(3);

        Assert.True(
            string.Equals(version, ComparedWith, StringComparison.Ordinal),
            $"MassTransit.RabbitMQ is {version}; services/shared/messaging/Broker was compared with {ComparedWith}. "
                + "Compare ReconnectingBus with RabbitMqBusConfiguration and ReconnectingRabbitMq with RabbitMqRegistrationBusFactory "
                + "of the new version, run the broker tests, then change the version here."
        );
    }

    [Fact]
    public void is_needed_since_the_pause_of_the_transport_itself_grows_to_half_a_minute()
    {
        var bus = new RabbitMqBusConfiguration(Topology());

        var pauses = PausesOf(bus.HostConfiguration);

        Assert.True(
            pauses.Max() > TimeSpan.FromSeconds(20),
            $"The transport's own pauses are {string.Join(", ", pauses)}: services/shared/messaging/Broker/Reconnecting*.cs can go."
        );
    }

    [Fact]
    public void pauses_as_long_before_the_last_try_as_before_the_first()
    {
        var bus = new ReconnectingBus(Topology());

        var pauses = PausesOf(bus.HostConfiguration);

        Assert.Single(pauses.Distinct());
        Assert.InRange(pauses[0], TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2.5));
    }

    [Fact]
    public void tries_again_when_the_broker_refuses_the_user_where_the_transport_itself_gives_up()
    {
        var refused = new RabbitMqConnectionException(
            "refused",
            new BrokerUnreachableException(new AuthenticationFailureException("ACCESS_REFUSED"))
        );

        Assert.True(new ReconnectingBus(Topology()).HostConfiguration.ReceiveTransportRetryPolicy.IsHandled(refused));
        Assert.False(
            new RabbitMqBusConfiguration(Topology()).HostConfiguration.ReceiveTransportRetryPolicy.IsHandled(refused)
        );
    }

    [Fact]
    public void remembers_why_the_last_try_failed_and_not_how_the_outage_began()
    {
        var host = new ReconnectingBus(Topology()).Host;
        var refused = new RabbitMqConnectionException("refused", new AuthenticationFailureException("ACCESS_REFUSED"));
        using var policy = host.ReceiveTransportRetryPolicy.CreatePolicyContext(new Attempt());

        Assert.True(policy.CanRetry(new RabbitMqConnectionException("away"), out var retry));
        Assert.True(retry.CanRetry(refused, out _));

        Assert.Same(refused, host.LastFailure);
    }

    private static RabbitMqTopologyConfiguration Topology() => new(RabbitMqBusFactory.CreateMessageTopology());

    private static List<TimeSpan> PausesOf(IHostConfiguration host)
    {
        var failure = new RabbitMqConnectionException("away");
        using var policy = host.ReceiveTransportRetryPolicy.CreatePolicyContext(new Attempt());
        Assert.True(policy.CanRetry(failure, out var retry));
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < Tries; i++)
        {
            pauses.Add(retry.Delay ?? TimeSpan.Zero);
            Assert.True(retry.CanRetry(failure, out retry));
        }

        return pauses;
    }

    private sealed class Attempt : BasePipeContext;
}
