using MassTransit;
using Platform.Contracts.Agents;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Attempts;

/// <summary>
/// Records that a process runs and acknowledges the report, even a repeated one or one of an unknown job or a fenced
/// attempt: otherwise the agent would send it forever.
/// </summary>
internal sealed class RecordProcessStarted(JobDecisions jobs) : IConsumer<ProcessStarted>
{
    public async Task Consume(ConsumeContext<ProcessStarted> context)
    {
        var started = context.Message;
        await jobs.HandleAsync(
            started.JobId,
            new StartRank(started.Attempt, started.Rank, started.NodeId, started.At),
            context.EventMetadata(Caller.Node(started.NodeId).Subject, JobDecisions.StreamOf(started.JobId)),
            cancellationToken: context.CancellationToken
        );
        await context.AnswerAsync(ReportRecorded.Of(started));
    }
}
