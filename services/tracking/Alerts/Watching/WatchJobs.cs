using MassTransit;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;

namespace Platform.Tracking.Alerts.Watching;

/// <summary>Hears what becomes of jobs.</summary>
internal sealed class WatchJobs(JobWatch jobs, TimeProvider clock)
    : IConsumer<JobSubmittedMessage>,
        IConsumer<JobQueuedMessage>,
        IConsumer<JobPlacedMessage>,
        IConsumer<JobStartedMessage>,
        IConsumer<JobEndedMessage>,
        IConsumer<JobDeletedMessage>,
        IConsumer<JobPurgedMessage>,
        IConsumer<PlacementLostMessage>
{
    public Task Consume(ConsumeContext<JobSubmittedMessage> context) =>
        jobs.RecordAsync(
            context.Message.JobId,
            context.Message.Name,
            context.Message.Project,
            new JobState(1, JobStage.Waiting, "waiting", context.Message.SubmittedAt),
            context.CancellationToken
        );

    public Task Consume(ConsumeContext<JobQueuedMessage> context) =>
        // Until the pause between attempts is over, nothing can be expected of it.
        RecordAsync(
            context,
            context.Message.JobId,
            new JobState(context.Message.Attempt, JobStage.Waiting, "waiting", Later(context.Message.NotBefore))
        );

    public Task Consume(ConsumeContext<JobPlacedMessage> context) =>
        RecordAsync(
            context,
            context.Message.JobId,
            new JobState(context.Message.Attempt, JobStage.Placed, "placed", clock.GetUtcNow())
        );

    public Task Consume(ConsumeContext<JobStartedMessage> context) =>
        RecordAsync(
            context,
            context.Message.JobId,
            new JobState(context.Message.Attempt, JobStage.Running, "running", context.Message.StartedAt)
        );

    public Task Consume(ConsumeContext<JobEndedMessage> context)
    {
        var job = context.Message;
        int? lost = job.Reason is EndReasons.NodeLost ? job.Attempt : null;
        return RecordAsync(
            context,
            job.JobId,
            new JobState(job.Attempt, JobStage.Ended, job.Status, job.EndedAt, lost)
        );
    }

    public Task Consume(ConsumeContext<JobDeletedMessage> context) =>
        RecordAsync(
            context,
            context.Message.JobId,
            new JobState(context.Message.Attempt, JobStage.Gone, "deleted", context.Message.DeletedAt)
        );

    public Task Consume(ConsumeContext<JobPurgedMessage> context) =>
        RecordAsync(
            context,
            context.Message.JobId,
            // No attempt follows.
            new JobState(int.MaxValue, JobStage.Gone, "purged", context.Message.PurgedAt)
        );

    public Task Consume(ConsumeContext<PlacementLostMessage> context)
    {
        var lost = context.Message;
        return lost.Reason is EndReasons.NodeLost
            ? RecordAsync(
                context,
                lost.JobId,
                // How far the attempt is, its own messages tell.
                new JobState(lost.Attempt, JobStage.Waiting, "waiting", clock.GetUtcNow(), lost.Attempt)
            )
            : Task.CompletedTask;
    }

    private Task RecordAsync(ConsumeContext context, Guid jobId, JobState heard) =>
        jobs.RecordAsync(jobId, name: null, project: null, heard, context.CancellationToken);

    private DateTimeOffset Later(DateTimeOffset notBefore) =>
        notBefore > clock.GetUtcNow() ? notBefore : clock.GetUtcNow();
}
