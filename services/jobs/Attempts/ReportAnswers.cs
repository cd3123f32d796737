using MassTransit;
using Platform.Contracts.Agents;
using Platform.Messaging;

namespace Platform.Jobs.Attempts;

internal static class ReportAnswers
{
    /// <summary>Acknowledges an agent's report: it is stored and may be removed from the journal.</summary>
    public static Task AnswerAsync(this ConsumeContext context, ReportRecorded answer) =>
        context.Send(QueueAddress.Of(AgentQueues.For(answer.NodeId)), answer);
}
