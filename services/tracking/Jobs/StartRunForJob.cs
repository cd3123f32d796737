using MassTransit;
using Platform.Contracts.Jobs;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Jobs;

/// <summary>Starts the run of a job when the job starts, and again with each later attempt.</summary>
internal sealed class StartRunForJob(RunHandler handler) : IConsumer<JobStartedMessage>
{
    public Task Consume(ConsumeContext<JobStartedMessage> context)
    {
        var job = context.Message;
        return handler.HandleAsync(
            job.RunId.ToString("D"),
            new StartJobAttempt(job.JobId, job.Attempt, job.StartedAt),
            context.EventMetadata(Caller.Service("jobs").Subject, job.JobId.ToString("D")),
            ifVersion: null,
            context.CancellationToken
        );
    }
}
