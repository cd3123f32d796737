using MassTransit;
using Platform.Contracts.Agents;
using Platform.Messaging;

namespace Platform.Jobs.Attempts;

internal static class ReportAnswers
{
    /// <summary>Tells an agent that its report is stored and may leave its journal.</summary>
    public static Task AnswerReportAsync(this ConsumeContext context, Guid nodeId, Guid reportId) =>
        context.Send(
            QueueAddress.Of(AgentQueues.For(nodeId)),
            new ReportRecorded { NodeId = nodeId, ReportId = reportId }
        );
}
