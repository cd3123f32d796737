namespace Platform.Messaging;

/// <summary>Where messages travel (configuration section <c>Messaging</c>).</summary>
public sealed class MessagingOptions
{
    /// <summary><c>InMemory</c> when everything runs in one process, else <c>RabbitMq</c>.</summary>
    public MessageTransport Transport { get; set; } = MessageTransport.InMemory;

    /// <summary>The broker, <c>amqp://user:password@host:port/vhost</c>.</summary>
    public string? RabbitMq { get; set; }

    /// <summary>
    /// Copies of each queue: 3 in a cluster of brokers (quorum queues), 1 on a single broker (classic queues, durable as well and
    /// quicker). A queue keeps the kind it was made with: whoever changes this deletes the queues, from which nothing is lost
    /// that would not be sent again.
    /// </summary>
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
