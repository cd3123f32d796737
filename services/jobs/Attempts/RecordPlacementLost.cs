using MassTransit;
using Platform.Contracts.Nodes;
using Platform.Jobs.Logs;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Attempts;

/// <summary>
/// Records that a placement lost a node: the attempt is lost and the job continues with the next one.
/// </summary>
internal sealed class RecordPlacementLost(JobDecisions jobs, LogSignals signals) : IConsumer<PlacementLostMessage>
{
    public async Task Consume(ConsumeContext<PlacementLostMessage> context)
    {
        var lost = context.Message;
        await jobs.HandleAsync(
            lost.JobId,
            new LoseAttempt(lost.Attempt, lost.Reason, lost.NodeId),
            context.EventMetadata(Caller.Service("nodes").Subject, JobDecisions.StreamOf(lost.JobId)),
            cancellationToken: context.CancellationToken
        );
        signals.Pulse(lost.JobId);
    }
}
