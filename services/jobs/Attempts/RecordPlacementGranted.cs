using MassTransit;
using Platform.Contracts.Nodes;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Attempts;

/// <summary>
/// Records where an attempt is placed. A lease that is no longer needed is released, or it would be held forever.
/// </summary>
internal sealed partial class RecordPlacementGranted(JobDecisions jobs, ILogger<RecordPlacementGranted> log)
    : IConsumer<PlacementGrantedMessage>
{
    public async Task Consume(ConsumeContext<PlacementGrantedMessage> context)
    {
        var granted = context.Message;
        var outcome = await jobs.HandleAsync(
            granted.JobId,
            new PlaceAttempt(granted.Attempt, granted.Nodes),
            context.EventMetadata(Caller.Service("nodes").Subject, JobDecisions.StreamOf(granted.JobId)),
            cancellationToken: context.CancellationToken
        );
        if (outcome.Refusal is { } refusal)
        {
            Refused(log, granted.JobId, granted.Attempt, refusal.Message);
        }

        if (!outcome.State.Holds(granted.Attempt))
        {
            await context.Publish(
                new ReleasePlacement { JobId = granted.JobId, Attempt = granted.Attempt },
                context.CancellationToken
            );
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Invalid placement of job {JobId} attempt {Attempt}: {Reason}")]
    private static partial void Refused(ILogger log, Guid jobId, int attempt, string reason);
}
