using MassTransit;
using Platform.EventStore;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Placements;

/// <summary>Frees what an attempt holds, or removes it from the queue.</summary>
internal sealed partial class RecordPlacementRelease(
    NodesStore store,
    SchedulerSignal scheduler,
    TimeProvider clock,
    ILogger<RecordPlacementRelease> log
) : IConsumer<Contracts.Nodes.ReleasePlacement>
{
    public async Task Consume(ConsumeContext<Contracts.Nodes.ReleasePlacement> context)
    {
        var (jobId, attempt) = (context.Message.JobId, context.Message.Attempt);
        var outcome = await store.HandleAsync(
            Placement.Decider,
            jobId.ToString(),
            placement => Placement.Decide(placement, new ReleasePlacement(attempt), clock.GetUtcNow()),
            context.EventMetadata(Caller.Service("jobs").Subject, jobId.ToString()),
            sideEffects: batch => batch.Add("delete from placement_reason where job_id = $1", jobId),
            cancellationToken: context.CancellationToken
        );
        if (outcome.Refusal is { } refusal)
        {
            Refused(log, jobId, attempt, refusal.Message);
        }
        else if (outcome.Events.Count > 0)
        {
            scheduler.Raise();
        }
        else
        {
            await context.Publish(PlacementAnswers.Released(jobId, attempt), context.CancellationToken);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Invalid release of job {JobId} attempt {Attempt}: {Reason}")]
    private static partial void Refused(ILogger log, Guid jobId, int attempt, string reason);
}
