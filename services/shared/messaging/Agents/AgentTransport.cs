using MassTransit;
using MassTransit.Configuration;

namespace Platform.Messaging.Agents;

/// <summary>The broker for a process with credentials of its own, which is an agent.</summary>
internal static class AgentTransport
{
    /// <summary>
    /// Connects with the present credentials each time, says with each message who sent it, and declares no exchange that it
    /// publishes to.
    /// </summary>
    public static void ActAs(
        this IRabbitMqBusFactoryConfigurator transport,
        IBrokerCredentials credentials,
        IRabbitMqHostConfigurator host
    )
    {
        string? user = null;

        // The user of the connection there is: RabbitMQ closes the channel of whoever claims to be another one.
        host.OnRefreshConnectionFactory = factory =>
        {
            if (credentials.Current is { } now)
            {
                factory.UserName = now.UserName;
                factory.Password = now.Password;
            }

            user = factory.UserName;
            return Task.CompletedTask;
        };
        transport.ConfigurePublish(pipe => pipe.UseExecute(Sign));
        transport.ConfigureSend(pipe => pipe.UseExecute(Sign));
        transport.PublishTopology.ConnectPublishTopologyConfigurationObserver(new DeclareNothing());

        void Sign(SendContext context)
        {
            if (context.TryGetPayload<RabbitMqSendContext>(out var message))
            {
                message.BasicProperties.UserId = user;
            }
        }
    }

    private sealed class DeclareNothing : IPublishTopologyConfigurationObserver
    {
        public void MessageTopologyCreated<T>(IMessagePublishTopologyConfigurator<T> configurator)
            where T : class => configurator.Exclude = true;
    }
}
