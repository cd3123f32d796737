using MassTransit;
using Platform.Contracts.Agents;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Attempts;

/// <summary>Records that a process runs, and tells the agent so: also for a repeat, an unknown job and a fenced attempt, or it would ask for ever.</summary>
internal sealed class RecordProcessStarted(JobDecisions jobs) : IConsumer<ProcessStarted>
{
    public async Task Consume(ConsumeContext<ProcessStarted> context)
    {
        var started = context.Message;
        await jobs.HandleAsync(
            started.JobId,
            new StartAttempt(started.Attempt, started.NodeId, started.At),
            context.EventMetadata(Caller.Node(started.NodeId).Subject, JobDecisions.StreamOf(started.JobId)),
            cancellationToken: context.CancellationToken
        );
        await context.AnswerAsync(ReportRecorded.Of(started));
    }
}
