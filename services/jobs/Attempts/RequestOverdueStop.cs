using MassTransit;
using Platform.Jobs.Coordination;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Attempts;

/// <summary>Stops a job that has exceeded its time limit.</summary>
internal sealed class RequestOverdueStop(JobDecisions jobs) : IConsumer<StopOverdueJob>
{
    public Task Consume(ConsumeContext<StopOverdueJob> context) =>
        jobs.HandleAsync(
            context.Message.JobId,
            new StopOverdueAttempt(context.Message.Attempt),
            context.EventMetadata(Caller.Service("jobs").Subject, JobDecisions.StreamOf(context.Message.JobId)),
            cancellationToken: context.CancellationToken
        );
}
