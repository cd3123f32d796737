namespace Platform.Messaging;

/// <summary>Where messages travel (configuration section <c>Messaging</c>).</summary>
public sealed class MessagingOptions
{
    /// <summary><c>InMemory</c> when everything runs in one process, else <c>RabbitMq</c>.</summary>
    public MessageTransport Transport { get; set; } = MessageTransport.InMemory;

    /// <summary>The broker, <c>amqp://user:password@host:port/vhost</c>.</summary>
    public string? RabbitMq { get; set; }

    /// <summary>Copies of each quorum queue: 1 on a single broker, 3 in a cluster.</summary>
    public int QuorumSize { get; set; } = 1;

    internal Uri BrokerAddress() =>
        Uri.TryCreate(RabbitMq, UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps" or "rabbitmq"
            ? address
            : throw new InvalidOperationException(
                "Messaging:RabbitMq must be the broker's address, amqp://user:password@host:port/vhost, when Messaging:Transport is RabbitMq."
            );
}

/// <summary>How messages travel.</summary>
public enum MessageTransport
{
    /// <summary>Inside this process.</summary>
    InMemory,

    /// <summary>Over RabbitMQ.</summary>
    RabbitMq,
}
