using System.Diagnostics;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Destinations;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Alerts.Sending;

namespace Platform.Tracking.Alerts.Delivery;

/// <summary>Something that is to be delivered now.</summary>
/// <param name="Destination">Null when it is gone, or nothing is sent to it.</param>
/// <param name="Attempt">Which try it is, from 1.</param>
internal sealed record DueDelivery(Guid Id, int Attempt, Destination? Destination, AlertNotice Notice);

/// <summary>Keeps what is to be delivered. What one process has taken no other takes until its time is over.</summary>
internal sealed class DeliveryQueue(TrackingStore store)
{
    /// <summary>Takes what is due.</summary>
    /// <param name="lease">For how long: afterwards it is due again, as whoever took it must have died.</param>
    public async Task<IReadOnlyList<DueDelivery>> TakeAsync(
        int limit,
        DateTimeOffset now,
        TimeSpan lease,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            $"""
            with due as (
              select id from alert_delivery where state = 'pending' and next_at <= $1 order by next_at limit $3
              for update skip locked),
            taken as (
              update alert_delivery v set attempts = v.attempts + 1, next_at = $2 from due where v.id = due.id
              returning v.id as delivery, v.alert_id, v.destination_id, v.change, v.attempts)
            select t.delivery, t.change, t.attempts, {AlertView.Columns} from taken t join alert a on a.id = t.alert_id
            order by t.delivery
            """,
            now.ToUniversalTime(),
            (now + lease).ToUniversalTime(),
            limit
        );
        var taken = new Dictionary<Guid, DueDelivery>();
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var id = reader.Value<Guid>("delivery");
                var alert = AlertView.Read(reader, dismissed: false);
                taken.Add(
                    id,
                    new DueDelivery(
                        id,
                        reader.Value<int>("attempts"),
                        Destination: null,
                        AlertNotice.Of(id, reader.Value<string>("change"), alert)
                    )
                );
            }
        }

        return await WithDestinationsAsync(taken, cancellationToken);
    }

    private async Task<IReadOnlyList<DueDelivery>> WithDestinationsAsync(
        Dictionary<Guid, DueDelivery> taken,
        CancellationToken cancellationToken
    )
    {
        if (taken.Count == 0)
        {
            return [];
        }

        await using var command = store.DataSource.CreateCommand(
            $"""
            select v.id as delivery, {Destination.Columns}
            from alert_delivery v join alert_destination d on d.id = v.destination_id and d.is_active where v.id = any($1)
            """
        );
        command.Parameters.Add(new() { Value = taken.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.Value<Guid>("delivery");
            taken[id] = taken[id] with { Destination = Destination.Read(reader) };
        }

        return [.. taken.Values];
    }

    /// <summary>Notes what became of a try.</summary>
    /// <param name="nextAt">When it is tried again; null for never.</param>
    public async Task RecordAsync(
        DueDelivery delivery,
        SendOutcome outcome,
        DateTimeOffset? nextAt,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        Debug.Assert(!outcome.IsDelivered || nextAt is null, "What is delivered is not tried again.");
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            update alert_delivery set state = $3, next_at = $4, delivered_at = $5, status = $6, error = $7, error_code = $8
            where id = $1 and attempts = $2 and state = 'pending'
            """,
            delivery.Id,
            delivery.Attempt,
            outcome.IsDelivered ? "delivered"
                : nextAt is null ? "failed"
                : "pending",
            SqlParameters.Of(nextAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz),
            SqlParameters.Of(outcome.IsDelivered ? now.ToUniversalTime() : null, NpgsqlDbType.TimestampTz),
            SqlParameters.Of(outcome.Status, NpgsqlDbType.Integer),
            SqlParameters.Of(outcome.Error?.Text, NpgsqlDbType.Text),
            SqlParameters.Of(outcome.Error?.Code?.ToJson(), NpgsqlDbType.Bytea)
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets what was done with before a time.</summary>
    public async Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            delete from alert_delivery v where v.state <> 'pending' and v.created_at < $1
              and not exists (select from alert a where a.id = v.alert_id and a.state = 'firing')
            """
        );
        command.Parameters.Add(new() { Value = before.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
