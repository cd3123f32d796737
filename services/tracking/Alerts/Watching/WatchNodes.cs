using MassTransit;
using Platform.Contracts.Nodes;

namespace Platform.Tracking.Alerts.Watching;

/// <summary>Hears which nodes are lost.</summary>
internal sealed class WatchNodes(NodeWatch nodes) : IConsumer<NodeStatusMessage>
{
    public Task Consume(ConsumeContext<NodeStatusMessage> context) =>
        nodes.RecordAsync(context.Message, context.CancellationToken);
}
