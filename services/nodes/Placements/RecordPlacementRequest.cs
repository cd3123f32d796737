using MassTransit;
using Platform.Contracts.Nodes;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Placements;

/// <summary>Puts an attempt in line. A repeat is answered with how it stands; the answer to the first comes from the log.</summary>
internal sealed partial class RecordPlacementRequest(
    NodesStore store,
    PlacementAnswers answers,
    SchedulerSignal scheduler,
    TimeProvider clock,
    ILogger<RecordPlacementRequest> log
) : IConsumer<RequestPlacement>
{
    public async Task Consume(ConsumeContext<RequestPlacement> context)
    {
        var message = context.Message;
        var command = new AskForPlacement(
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

    [LoggerMessage(1, LogLevel.Error, "Job {JobId} attempt {Attempt} asks for what cannot be: {Reason}")]
    private static partial void Refused(ILogger log, Guid jobId, int attempt, string reason);
}
