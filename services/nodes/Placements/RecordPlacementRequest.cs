using MassTransit;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Placements;

/// <summary>
/// Queues an attempt. A repeat is answered with its state; the answer to the first is published from the log.
/// </summary>
internal sealed partial class RecordPlacementRequest(
    NodesStore store,
    PlacementAnswers answers,
    SchedulerSignal scheduler,
    TimeProvider clock,
    ILogger<RecordPlacementRequest> log
) : IConsumer<Contracts.Nodes.RequestPlacement>
{
    public async Task Consume(ConsumeContext<Contracts.Nodes.RequestPlacement> context)
    {
        var message = context.Message;
        var command = new RequestPlacement(
            message.Attempt,
            new Needs(message.Resources.Gpus, message.Resources.Cpus, message.Resources.MemoryMiB),
            message.Labels,
            message.Priority,
            message.SubmittedAt,
            message.NotBefore
        );
        var outcome = await store.HandleAsync(
            Placement.Decider,
            message.JobId.ToString(),
            placement => Placement.Decide(placement, command, clock.GetUtcNow()),
            context.EventMetadata(Caller.Service("jobs").Subject, message.JobId.ToString()),
            sideEffects: batch => WaitingReasons.Expect(batch, message.JobId, message.Attempt),
            likelyNew: message.Attempt == 1,
            cancellationToken: context.CancellationToken
        );
        if (outcome.Refusal is { } refusal)
        {
            Refused(log, message.JobId, message.Attempt, refusal.Message);
            return;
        }

        if (outcome.Events.Count > 0)
        {
            scheduler.Raise();
            return;
        }

        await context.Publish(
            await answers.DescribeAsync(outcome.State, message.JobId, message.Attempt, context.CancellationToken),
            context.CancellationToken
        );
    }

    [LoggerMessage(1, LogLevel.Error, "Invalid placement request of job {JobId} attempt {Attempt}: {Reason}")]
    private static partial void Refused(ILogger log, Guid jobId, int attempt, string reason);
}
