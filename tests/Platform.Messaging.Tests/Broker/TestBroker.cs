using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Platform.Messaging.Tests.Broker;

/// <summary>The real broker, and queues of this test's own on it, which are deleted at the end.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly ConcurrentBag<string> _queues = [];
    private readonly IConnection _connection;

    private TestBroker(IConnection connection) => _connection = connection;

    public static Uri Address { get; } =
        new(
            Environment.GetEnvironmentVariable("PLATFORM_TEST_RABBITMQ")
                ?? throw new InvalidOperationException(
                    "PLATFORM_TEST_RABBITMQ is not set. Run the tests with ./platform test, or point it at a RabbitMQ server: amqp://user:password@host:port/."
                )
        );

    /// <summary>A service's name that no other test has: its queues begin with it.</summary>
    public string Service { get; } = $"t{Guid.CreateVersion7():N}";

    public MessagingOptions Options { get; } =
        new() { Transport = MessageTransport.RabbitMq, RabbitMq = Address.ToString() };

    public static async Task<TestBroker> ConnectAsync() =>
        new(await new ConnectionFactory { Uri = Address }.CreateConnectionAsync());

    /// <summary>A queue of this test.</summary>
    public string Queue(string name)
    {
        var queue = $"{Service}-{name}";
        _queues.Add(queue);
        _queues.Add($"{queue}_error");
        _queues.Add($"{queue}_skipped");
        return queue;
    }

    /// <summary>The type of a durable queue, told by which declaration the broker accepts.</summary>
    public async Task<string> TypeOfAsync(string queue)
    {
        foreach (var (type, copies) in new[] { ("quorum", 1), ("quorum", 3), ("classic", 1) })
        {
            await using var channel = await _connection.CreateChannelAsync();
            try
            {
                await channel.QueueDeclareAsync(
                    queue,
                    durable: true,
                    exclusive: false,
                    autoDelete: false,
                    new Dictionary<string, object?>
                    {
                        ["x-queue-type"] = type,
                        ["x-quorum-initial-group-size"] = copies,
                    }
                );
                return type;
            }
            catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == 406)
            {
                // Declared with other arguments.
            }
        }

        return "other";
    }

    public async Task<uint> DepthAsync(string queue)
    {
        await using var channel = await _connection.CreateChannelAsync();
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == 404)
        {
            return 0;
        }
    }

    public async Task<IReadOnlyBasicProperties?> TakeAsync(string queue)
    {
        await using var channel = await _connection.CreateChannelAsync();
        return (await channel.BasicGetAsync(queue, autoAck: true))?.BasicProperties;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues)
        {
            await using var channel = await _connection.CreateChannelAsync();
            await channel.QueueDeleteAsync(queue);
            await channel.ExchangeDeleteAsync(queue);
        }

        await _connection.DisposeAsync();
    }
}
