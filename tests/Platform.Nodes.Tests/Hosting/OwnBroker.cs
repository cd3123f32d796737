using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Platform.Contracts;
using Platform.LocalServers;
using Platform.Messaging;
using RabbitMQ.Client;

namespace Platform.Nodes.Tests.Hosting;

/// <summary>A RabbitMQ for the tests of one class, whose users they make and delete.</summary>
public sealed class OwnBroker : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private LocalRabbitMq _broker = null!;

    /// <summary>The settings of a service that gives agents users of their own.</summary>
    public string[] Settings =>
        [
            "--Messaging:Transport=RabbitMq",
            $"--Messaging:RabbitMq={_broker.Address}",
            $"--Messaging:Management={_broker.Management}",
        ];

    /// <summary>The broker's address with the services' user.</summary>
    public string Address => _broker.Address;

    public async Task InitializeAsync() => _broker = await LocalRabbitMq.StartAsync(_folder.Path);

    public async Task DisposeAsync()
    {
        await _broker.StopAsync();
        _folder.Dispose();
    }

    public static Task<IConnection> ConnectAsync(string address) =>
        new ConnectionFactory { Uri = new Uri(address), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    /// <summary>A client of the management API with the user that an address names.</summary>
    public HttpClient Management(string address)
    {
        var http = new HttpClient { BaseAddress = _broker.Management };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(new Uri(address).UserInfo))
        );
        return http;
    }

    /// <summary>Publishes a message as MassTransit does, but with any <c>user-id</c>.</summary>
    public static async Task PublishAsync<T>(IChannel channel, T message, string? userId)
        where T : class
    {
        var type = typeof(T);
        var envelope = new
        {
            messageId = Guid.CreateVersion7(),
            messageType = new[]
            {
                string.Create(CultureInfo.InvariantCulture, $"urn:message:{type.Namespace}:{type.Name}"),
            },
            message,
        };
        var properties = new BasicProperties { ContentType = "application/vnd.masstransit+json" };
        if (userId is not null)
        {
            properties.UserId = userId;
        }

        await channel.BasicPublishAsync(
            AgentUser.ExchangeOf(type),
            routingKey: "",
            mandatory: true,
            properties,
            JsonSerializer.SerializeToUtf8Bytes(envelope, JsonDefaults.Lenient)
        );
    }
}
