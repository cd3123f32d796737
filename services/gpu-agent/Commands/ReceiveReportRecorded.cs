using MassTransit;
using Platform.Contracts.Agents;
using Platform.GpuAgent.Attempts;

namespace Platform.GpuAgent.Commands;

/// <summary>Notes that the platform has recorded a report.</summary>
internal sealed class ReceiveReportRecorded(AttemptRegistry attempts) : IConsumer<ReportRecorded>
{
    public Task Consume(ConsumeContext<ReportRecorded> context)
    {
        attempts.RecordReport(context.Message);
        return Task.CompletedTask;
    }
}
