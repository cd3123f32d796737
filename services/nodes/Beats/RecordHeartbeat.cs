using MassTransit;
using Platform.Contracts.Nodes;
using Platform.Messaging;

namespace Platform.Nodes.Beats;

/// <summary>Takes in beats that come over the bus. One that is wrong is dropped: the next is five seconds away.</summary>
internal sealed partial class RecordHeartbeat(Heartbeats heartbeats, ILogger<RecordHeartbeat> log)
    : IConsumer<NodeHeartbeat>
{
    public async Task Consume(ConsumeContext<NodeHeartbeat> context)
    {
        if (BeatRules.Check(context.Message) is { } wrong)
        {
            Invalid(log, context.Message.NodeId, wrong.Field, wrong.Message);
            return;
        }

        var metadata = context.EventMetadata(context.Message.NodeId.ToString());
        switch (await heartbeats.RecordAsync(context.Message, context, metadata, context.CancellationToken))
        {
            case BeatResult.UnknownNode:
                Unknown(log, context.Message.NodeId);
                break;
            case BeatResult.OtherAgent:
                OtherAgent(log, context.Message.NodeId);
                break;
            default:
                break;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Dropped a beat of node {NodeId}: {Field}: {Reason}")]
    private static partial void Invalid(ILogger log, Guid nodeId, string field, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Node {NodeId} beats but has not joined")]
    private static partial void Unknown(ILogger log, Guid nodeId);

    [LoggerMessage(3, LogLevel.Warning, "Dropped a beat of node {NodeId}: another agent beats as it")]
    private static partial void OtherAgent(ILogger log, Guid nodeId);
}
