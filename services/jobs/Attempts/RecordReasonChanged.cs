using MassTransit;
using Npgsql;
using NpgsqlTypes;
using Platform.Contracts.Nodes;
using Platform.EventStore;

namespace Platform.Jobs.Attempts;

/// <summary>Updates the reason of many waiting attempts at once.</summary>
internal sealed class RecordReasonChanged(JobsStore store) : IConsumer<PlacementReasonChangedMessage>
{
    public async Task Consume(ConsumeContext<PlacementReasonChangedMessage> context)
    {
        var waiting = context.Message.Waiting;
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            insert into job_wait as w (job_id, attempt, reason, reason_code)
            select s.job_id, s.attempt, $3, $4 from unnest($1::uuid[], $2::int[]) as n (job_id, attempt)
            join job_summary s on s.job_id = n.job_id and s.attempt = n.attempt and s.status = 'queued'
            on conflict (job_id) do update
              set attempt = excluded.attempt, reason = excluded.reason, reason_code = excluded.reason_code, changed_at = now()
            """,
            waiting.Select(one => one.JobId).ToArray(),
            waiting.Select(one => one.Attempt).ToArray(),
            context.Message.Reason,
            new NpgsqlParameter
            {
                Value = context.Message.ReasonCode?.ToJson() ?? (object)DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Jsonb,
            }
        );
        await batch.ExecuteNonQueryAsync(context.CancellationToken);
    }
}
