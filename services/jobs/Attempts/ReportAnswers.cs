using MassTransit;
using Platform.Contracts.Agents;
using Platform.Messaging;

namespace Platform.Jobs.Attempts;

internal static class ReportAnswers
{
    /// <summary>Tells an agent that its report is stored and may leave its journal.</summary>
    public static Task AnswerAsync(this ConsumeContext context, TrainingStarted report) =>
        AnswerAsync(context, report.NodeId, report.ReportId, report.JobId, report.Attempt);

    /// <inheritdoc cref="AnswerAsync(ConsumeContext, TrainingStarted)"/>
    public static Task AnswerAsync(this ConsumeContext context, TrainingExited report) =>
        AnswerAsync(context, report.NodeId, report.ReportId, report.JobId, report.Attempt);

    private static Task AnswerAsync(ConsumeContext context, Guid nodeId, Guid reportId, Guid jobId, int attempt) =>
        context.Send(
            QueueAddress.Of(AgentQueues.For(nodeId)),
            new ReportRecorded
            {
                NodeId = nodeId,
                ReportId = reportId,
                JobId = jobId,
                Attempt = attempt,
            }
        );
}
