using MassTransit;
using Platform.Contracts.Jobs;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Jobs;

/// <summary>Ends the run of a job with the job, unless the training has ended the run itself.</summary>
internal sealed class EndRunForJob(RunHandler handler) : IConsumer<JobEndedMessage>
{
    public Task Consume(ConsumeContext<JobEndedMessage> context)
    {
        var job = context.Message;
        var status = job.Status switch
        {
            "succeeded" => RunStatus.Finished,
            "cancelled" => RunStatus.Interrupted,
            _ => RunStatus.Failed,
        };
        return handler.HandleAsync(
            job.RunId.ToString("D"),
            new EndJob(job.JobId, job.Attempt, status, job.EndedAt),
            context.EventMetadata(Caller.Service("jobs").Subject, job.JobId.ToString("D")),
            ifVersion: null,
            context.CancellationToken
        );
    }
}
