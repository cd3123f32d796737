using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Contracts.Agents;
using Platform.Messaging;
using RabbitMQ.Client;

namespace Platform.GpuAgent.Tests.Harness;

/// <summary>The services' side of a real broker, for one node.</summary>
internal sealed class BrokerSide : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _service;

    private BrokerSide(IHost host, string service)
    {
        _host = host;
        _service = service;
    }

    public static string Address =>
        Environment.GetEnvironmentVariable("PLATFORM_TEST_RABBITMQ")
        ?? throw new InvalidOperationException(
            "PLATFORM_TEST_RABBITMQ is not set. Run the tests with ./platform test, or point it at a RabbitMQ server: amqp://user:password@host:port/."
        );

    public ReportLog Reports => _host.Services.GetRequiredService<ReportLog>();

    public static async Task<BrokerSide> StartAsync()
    {
        var service = $"t{Guid.CreateVersion7():N}";
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<ReportLog>();
        builder.Services.AddPlatformMessaging(
            new MessagingOptions { Transport = MessageTransport.RabbitMq, RabbitMq = Address },
            bus => bus.AddServiceConsumer<RecordReports>(service)
        );
        var side = new BrokerSide(builder.Build(), service);
        await side._host.StartAsync();
        await side
            ._host.Services.GetRequiredService<IBusControl>()
            .WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(30));
        return side;
    }

    public async Task SendAsync<T>(Guid nodeId, T message)
        where T : class
    {
        var bus = _host.Services.GetRequiredService<IBus>();
        var endpoint = await bus.GetSendEndpoint(QueueAddress.Of(AgentQueues.For(nodeId)));
        await endpoint.Send(message);
    }

    public async ValueTask DisposeAsync()
    {
        var nodes = Reports.Heartbeats.Select(heartbeat => AgentQueues.For(heartbeat.NodeId)).Distinct().ToList();
        await _host.StopAsync();
        _host.Dispose();
        await using var connection = await new ConnectionFactory { Uri = new Uri(Address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var queue in nodes.Append($"{_service}-record-reports"))
        {
            await channel.QueueDeleteAsync(queue);
            await channel.ExchangeDeleteAsync(queue);
        }
    }
}
