using Microsoft.Extensions.Options;

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

    /// <summary>
    /// The broker's management API, <c>http://host:15672/</c>. With it each agent has a broker user of its own, and what agents send
    /// must come from that user. It is called with the user and password of <see cref="RabbitMq"/> unless it names others.
    /// </summary>
    public string? Management { get; set; }

    /// <summary>
    /// With <see cref="Management"/>: the user that agents shared before, whose messages are still accepted until all of them have
    /// users of their own. Null where there is none (any longer).
    /// </summary>
    public string? SharedAgentUser { get; set; }

    /// <summary>Whether each agent has a broker user of its own.</summary>
    public bool HasAgentUsers => Transport is MessageTransport.RabbitMq && !string.IsNullOrEmpty(Management);

    /// <summary>Where the management API is; it may contain a user and password.</summary>
    /// <exception cref="InvalidOperationException">It is no such address.</exception>
    public Uri ManagementAddress() =>
        Uri.TryCreate(Management?.TrimEnd('/') + "/", UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
            ? address
            : throw new InvalidOperationException(
                "Messaging:Management must be the address of the broker's management API, http://host:15672/."
            );

    /// <summary>The broker's address.</summary>
    /// <exception cref="InvalidOperationException">It is no such address.</exception>
    public Uri BrokerAddress() =>
        Uri.TryCreate(RabbitMq, UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps" or "rabbitmq"
            ? address
            : throw new InvalidOperationException(
                "Messaging:RabbitMq must be the broker's address, amqp://user:password@host:port/vhost, when Messaging:Transport is RabbitMq."
            );
}

/// <summary>What is wrong with the settings that the bus of this process was made with.</summary>
internal sealed class MessagingRules(MessagingOptions settings) : IValidateOptions<MessagingOptions>
{
    public IReadOnlyList<string> Problems { get; } =
    [
        .. settings.Transport is MessageTransport.RabbitMq ? ProblemWith(settings.BrokerAddress) : [],
        .. settings.HasAgentUsers ? ProblemWith(settings.ManagementAddress) : [],
    ];

    public ValidateOptionsResult Validate(string? name, MessagingOptions options) =>
        Problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(Problems);

    private static IEnumerable<string> ProblemWith(Func<Uri> read)
    {
        try
        {
            _ = read();
            return [];
        }
        catch (InvalidOperationException exception)
        {
            return [exception.Message];
        }
    }
}

/// <summary>How messages travel.</summary>
public enum MessageTransport
{
    /// <summary>Inside this process.</summary>
    InMemory,

    /// <summary>Over RabbitMQ.</summary>
    RabbitMq,
}
