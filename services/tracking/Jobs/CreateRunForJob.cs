using MassTransit;
using Platform.Contracts.Jobs;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Jobs;

/// <summary>Creates the run of a job when the job is submitted, before anything is logged.</summary>
internal sealed class CreateRunForJob(RunHandler handler) : IConsumer<JobSubmittedMessage>
{
    public Task Consume(ConsumeContext<JobSubmittedMessage> context)
    {
        var job = context.Message;
        return handler.HandleAsync(
            job.RunId.ToString("D"),
            new CreateRun(job.Project, job.Name, job.JobId, Starts: false),
            context.EventMetadata(Caller.Service("jobs").Subject, job.JobId.ToString("D")),
            ifVersion: null,
            context.CancellationToken
        );
    }
}
