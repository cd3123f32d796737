using MassTransit;
using Platform.Contracts.Jobs;
using Platform.EventStore;
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
            new EventMetadata(job.JobId.ToString("D"), context.MessageId?.ToString("D")),
            ifVersion: null,
            context.CancellationToken
        );
    }
}
