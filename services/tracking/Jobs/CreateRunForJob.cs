using MassTransit;
using Platform.Contracts.Jobs;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Jobs;

/// <summary>Every job has a run: it exists from the submission on, before anything was logged.</summary>
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
