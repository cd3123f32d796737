using MassTransit;
using Platform.Messaging;

namespace Platform.Jobs.Groups;

/// <summary>Command within jobs: a job was cancelled, so the jobs that belong to it are too.</summary>
public sealed record CancelChildren
{
    public required Guid ParentId { get; init; }

    /// <summary>Who cancelled the parent.</summary>
    public required string Actor { get; init; }
}

/// <summary>Cancels what belongs to a cancelled job, on the account of who cancelled that.</summary>
internal sealed class CancelChildrenOfJob(JobGroups groups) : IConsumer<CancelChildren>
{
    public Task Consume(ConsumeContext<CancelChildren> context) =>
        groups.CancelChildrenAsync(
            context.Message.ParentId,
            context.EventMetadata(context.Message.Actor),
            context.CancellationToken
        );
}
