using MassTransit;
using Platform.Contracts.Jobs;

namespace Platform.Jobs.Coordination;

/// <summary>Publishes what is known of a job for a service that has not heard of it: a machine of that job waits there.</summary>
internal sealed class AnnounceJobAgain(RepublishJob republish) : IConsumer<AnnounceJob>
{
    public Task Consume(ConsumeContext<AnnounceJob> context) =>
        republish.PublishAsync(context, context.Message.JobId, context.CancellationToken);
}
