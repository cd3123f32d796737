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
        var now = clock.GetUtcNow();
        var command = new RequestPlacement(
            message.Attempt,
            new Needs(message.Resources.Gpus, message.Resources.Cpus, message.Resources.MemoryMiB),
            message.Labels,
            message.Priority,
            message.SubmittedAt,
            NotBefore(message, now)
        );
        var outcome = await store.HandleAsync(
            Placement.Decider,
            message.JobId.ToString(),
            placement => Placement.Decide(placement, command, now),
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

    /// <summary>A request without a back-off waits for nothing, also where the clock of the jobs service is ahead of ours.</summary>
    private static DateTimeOffset NotBefore(Contracts.Nodes.RequestPlacement message, DateTimeOffset now) =>
        message.NotBefore > message.SubmittedAt || message.NotBefore < now ? message.NotBefore : now;

    [LoggerMessage(1, LogLevel.Error, "Invalid placement request of job {JobId} attempt {Attempt}: {Reason}")]
    private static partial void Refused(ILogger log, Guid jobId, int attempt, string reason);
}
