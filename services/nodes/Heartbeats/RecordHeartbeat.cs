using MassTransit;
using Platform.Contracts.Nodes;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Heartbeats;

/// <summary>Records heartbeats from the bus. An invalid one is dropped: the next follows within seconds.</summary>
internal sealed partial class RecordHeartbeat(HeartbeatStore heartbeats, ILogger<RecordHeartbeat> log)
    : IConsumer<NodeHeartbeat>
{
    public async Task Consume(ConsumeContext<NodeHeartbeat> context)
    {
        if (HeartbeatRules.Check(context.Message) is { } wrong)
        {
            Invalid(log, context.Message.NodeId, wrong.Field, wrong.Error.Text);
            return;
        }

        var metadata = context.EventMetadata(
            Caller.Node(context.Message.NodeId).Subject,
            context.Message.NodeId.ToString()
        );
        switch (await heartbeats.RecordAsync(context.Message, context, metadata, context.CancellationToken))
        {
            case HeartbeatResult.UnknownNode:
                Unknown(log, context.Message.NodeId);
                break;
            case HeartbeatResult.OtherAgent:
                OtherAgent(log, context.Message.NodeId);
                break;
            default:
                break;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Dropped a heartbeat of node {NodeId}: {Field}: {Reason}")]
    private static partial void Invalid(ILogger log, Guid nodeId, string field, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Dropped a heartbeat of node {NodeId}: the node has not joined")]
    private static partial void Unknown(ILogger log, Guid nodeId);

    [LoggerMessage(3, LogLevel.Warning, "Dropped a heartbeat of node {NodeId}: another agent uses its identity")]
    private static partial void OtherAgent(ILogger log, Guid nodeId);
}
