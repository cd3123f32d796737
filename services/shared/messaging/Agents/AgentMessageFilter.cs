using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.Logging;
using Platform.Messaging.Broker;

namespace Platform.Messaging.Agents;

/// <summary>
/// Lets a message pass that the agent of the node sent which the message names. RabbitMQ tells: it accepts a message whose
/// <c>user-id</c> is set only from that very user. One that is refused is dropped and not kept in a queue: agents repeat what
/// got no answer.
/// </summary>
internal sealed class AgentMessageFilter<TMessage>(
    Func<TMessage, Guid> nodeOf,
    MessagingOptions options,
    RefusedAgentMessages refused
) : IFilter<ConsumeContext<TMessage>>
    where TMessage : class
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("agentMessage");

    public Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next)
    {
        var node = nodeOf(context.Message);
        var sender = context.ReceiveContext.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery)
            ? delivery.Properties.UserId
            : null;
        if (MaySpeakFor(sender, node))
        {
            return next.Send(context);
        }

        refused.Add(typeof(TMessage).Name, node, sender);
        return Task.CompletedTask;
    }

    private bool MaySpeakFor(string? sender, Guid node)
    {
        if (string.Equals(sender, AgentUser.Of(node), StringComparison.Ordinal))
        {
            return true;
        }

        // Without users of their own, agents share one, which speaks for all of them.
        return options.HasAgentUsers
            ? sender is not null && string.Equals(sender, options.SharedAgentUser, StringComparison.Ordinal)
            : !AgentUser.Is(sender);
    }
}

/// <summary>Tells of messages that somebody else sent than the agent they name: each as a count, each sender once in the log.</summary>
internal sealed partial class RefusedAgentMessages(IMeterFactory meters, ILogger<RefusedAgentMessages> log)
{
    /// <summary>A sender may make up any number of nodes; beyond these they are only counted.</summary>
    private const int MostLogged = 1000;

    private readonly ConcurrentDictionary<(string? Sender, Guid Node), bool> _logged = new();

    private readonly Counter<long> _refused = meters
        .Create(BusMetrics.Meter)
        .CreateCounter<long>(
            "platform.agent.messages.refused",
            "{message}",
            "Messages that name another node than the one whose agent sent them."
        );

    public void Add(string message, Guid node, string? sender)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("messaging.message.type", message));
        if (_logged.Count < MostLogged && _logged.TryAdd((sender, node), true))
        {
            Refused(log, message, node, sender ?? "nobody");
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Refused {Message} that names node {NodeId}: its sender at the broker is {Sender}. Further ones of this sender for this node are only counted"
    )]
    private static partial void Refused(ILogger log, string message, Guid nodeId, string sender);
}
