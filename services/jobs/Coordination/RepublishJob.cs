using MassTransit;
using Platform.Jobs.Training;

namespace Platform.Jobs.Coordination;

/// <summary>Publishes the messages of one job again: its submission and the events of its current attempt.</summary>
internal sealed class RepublishJob(JobsStore store, JobsMessages messages)
{
    /// <summary>Publishes with the original message ids.</summary>
    public async Task PublishAsync(IPublishEndpoint endpoint, Guid jobId, CancellationToken cancellationToken)
    {
        var stored = await store.ReadStreamAsync(JobDecisions.StreamOf(jobId), cancellationToken: cancellationToken);
        var job = stored.Select(e => (JobEvent)e.Data).Aggregate(Job.Initial, Job.Evolve);
        if (job.IsPurged)
        {
            // Nobody waits for it, and its beginning alone would start it again.
            return;
        }

        foreach (var e in stored.Where(e => IsCurrent((JobEvent)e.Data, job.Attempt)))
        {
            if (await messages.ToMessageAsync(e, cancellationToken) is { } message)
            {
                await endpoint.Publish(
                    message,
                    message.GetType(),
                    Pipe.Execute<PublishContext>(publish =>
                    {
                        publish.MessageId = e.Id;
                        publish.CorrelationId = jobId;
                    }),
                    cancellationToken
                );
            }
        }
    }

    private static bool IsCurrent(JobEvent @event, int attempt) =>
        @event switch
        {
            JobSubmitted => true,
            JobQueued e => e.Attempt == attempt,
            JobPlaced e => e.Attempt == attempt,
            JobStarted e => e.Attempt == attempt,
            RankStarted e => e.Attempt == attempt,
            StopRequested e => e.Attempt == attempt,
            JobSucceeded e => e.Attempt == attempt,
            JobFailed e => e.Attempt == attempt,
            JobCancelled e => e.Attempt == attempt,
            _ => false,
        };
}
