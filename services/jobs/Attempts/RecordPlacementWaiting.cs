using MassTransit;
using NpgsqlTypes;
using Platform.Contracts.Nodes;
using Platform.Jobs.Training;
using Platform.Messaging;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Attempts;

/// <summary>
/// Records that an attempt waits for a placement. The first message queues a new job; later ones only update the
/// reason.
/// </summary>
internal sealed class RecordPlacementWaiting(JobDecisions jobs, JobsStore store) : IConsumer<PlacementWaitingMessage>
{
    public async Task Consume(ConsumeContext<PlacementWaitingMessage> context)
    {
        var waiting = context.Message;
        var outcome = await jobs.HandleAsync(
            waiting.JobId,
            new QueueAttempt(waiting.Attempt, waiting.Reason, waiting.ReasonCode),
            context.EventMetadata(Caller.Service("nodes").Subject, JobDecisions.StreamOf(waiting.JobId)),
            cancellationToken: context.CancellationToken
        );
        if (outcome.State is { Status: JobStatus.Queued } job && job.Attempt == waiting.Attempt)
        {
            await StoreReasonAsync(waiting, context.CancellationToken);
        }
        else if (outcome.State.Status is JobStatus.None || outcome.State.HasEnded)
        {
            await context.Publish(
                new ReleasePlacement { JobId = waiting.JobId, Attempt = waiting.Attempt },
                context.CancellationToken
            );
        }
    }

    private async Task StoreReasonAsync(PlacementWaitingMessage waiting, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            insert into job_wait as w (job_id, attempt, reason, reason_code) values ($1, $2, $3, $4)
            on conflict (job_id) do update
              set attempt = excluded.attempt, reason = excluded.reason, reason_code = excluded.reason_code, changed_at = now()
              where (w.attempt, w.reason) is distinct from (excluded.attempt, excluded.reason)
            """
        );
        command.Parameters.Add(new() { Value = waiting.JobId });
        command.Parameters.Add(new() { Value = waiting.Attempt });
        command.Parameters.Add(new() { Value = waiting.Reason });
        command.Parameters.Add(
            new() { Value = waiting.ReasonCode?.ToJson() ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb }
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
