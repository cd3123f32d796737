using MassTransit;
using Platform.Contracts.Jobs;
using Platform.Messaging;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Jobs;

/// <summary>A run that its training did not end itself ends with its job.</summary>
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
