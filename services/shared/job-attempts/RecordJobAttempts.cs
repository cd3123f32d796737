using MassTransit;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;

namespace Platform.JobAttempts;

/// <summary>Hears where attempts run, how they end, and that their job was purged. Each service derives its own, which gets a queue of its own.</summary>
public abstract class RecordJobAttempts<TStore>(JobAttempts<TStore> attempts)
    : IConsumer<JobQueuedMessage>,
        IConsumer<JobPlacedMessage>,
        IConsumer<PlacementLostMessage>,
        IConsumer<JobEndedMessage>,
        IConsumer<JobPurgedMessage>
    where TStore : EventStore.EventStore
{
    public Task Consume(ConsumeContext<JobQueuedMessage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return attempts.QueuedAsync(context.Message.JobId, context.Message.Attempt, context.CancellationToken);
    }

    public Task Consume(ConsumeContext<JobPlacedMessage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return attempts.PlacedAsync(context.Message, context.CancellationToken);
    }

    public Task Consume(ConsumeContext<PlacementLostMessage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return attempts.LostAsync(context.Message.JobId, context.Message.Attempt, context.CancellationToken);
    }

    public Task Consume(ConsumeContext<JobEndedMessage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return attempts.EndedAsync(context.Message.JobId, context.Message.Attempt, context.CancellationToken);
    }

    public Task Consume(ConsumeContext<JobPurgedMessage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return attempts.PurgedAsync(context.Message.JobId, context.Message.PurgedAt, context.CancellationToken);
    }
}
