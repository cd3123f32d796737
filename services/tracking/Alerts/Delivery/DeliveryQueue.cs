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
internal sealed record DueDelivery(
    Guid Id,
    Guid DestinationId,
    int Attempt,
    Destination? Destination,
    AlertNotice Notice
);

/// <summary>Keeps what is to be delivered. What one process has taken no other takes until its time is over.</summary>
internal sealed class DeliveryQueue(TrackingStore store)
{
    /// <summary>
    /// Takes what is due, of each destination the oldest. That an alert is resolved waits until it was delivered that it fires, or that was
    /// given up.
    /// </summary>
    /// <param name="limit">How many of one destination.</param>
    /// <param name="busy">The destinations of which nothing is taken.</param>
    /// <param name="lease">For how long: afterwards it is due again, as whoever took it must have died.</param>
    public async Task<IReadOnlyList<DueDelivery>> TakeAsync(
        int limit,
        IReadOnlyCollection<Guid> busy,
        DateTimeOffset now,
        TimeSpan lease,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            $"""
            with due as (
              select v.id from (
                  select distinct destination_id from alert_delivery
                  where state = 'pending' and next_at <= $1 and destination_id <> all($4)) d
                cross join lateral (
                  select id from alert_delivery o
                  where o.destination_id = d.destination_id and o.state = 'pending' and o.next_at <= $1
                    and (o.change = 'fired' or not exists (
                      select from alert_delivery f where f.alert_id = o.alert_id and f.destination_id = o.destination_id
                        and f.change = 'fired' and f.state = 'pending'))
                  order by o.next_at limit $3 for update skip locked) v),
            taken as (
              update alert_delivery v set attempts = v.attempts + 1, next_at = $2 from due where v.id = due.id
              returning v.id as delivery, v.alert_id, v.destination_id, v.change, v.attempts)
            select t.delivery, t.destination_id, t.change, t.attempts, {AlertView.Columns}
            from taken t join alert a on a.id = t.alert_id order by t.delivery
            """,
            now.ToUniversalTime(),
            (now + lease).ToUniversalTime(),
            limit,
            busy.ToArray()
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
                        reader.Value<Guid>("destination_id"),
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
            select v.id as delivery, v.remaining, {Destination.Columns}
            from alert_delivery v join alert_destination d on d.id = v.destination_id and d.is_active where v.id = any($1)
            """
        );
        command.Parameters.Add(new() { Value = taken.Keys.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.Value<Guid>("delivery");
            var remaining = reader.GetOrdinal("remaining");
            taken[id] = taken[id] with
            {
                Destination = Without(
                    Destination.Read(reader),
                    await reader.IsDBNullAsync(remaining, cancellationToken)
                        ? null
                        : await reader.GetFieldValueAsync<string[]>(remaining, cancellationToken)
                ),
            };
        }

        return [.. taken.Values];
    }

    /// <summary>Without the recipients who have it already.</summary>
    private static Destination Without(Destination destination, string[]? remaining) =>
        remaining is null || destination.Recipients is null
            ? destination
            : destination with
            {
                Recipients = [.. destination.Recipients.Intersect(remaining, StringComparer.Ordinal)],
            };

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
            update alert_delivery set state = $3, next_at = $4, delivered_at = $5, status = $6, error = $7, error_code = $8,
              remaining = coalesce($9, remaining)
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
            SqlParameters.Of(outcome.Error?.Code?.ToJson(), NpgsqlDbType.Bytea),
            SqlParameters.Of(outcome.Remaining?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Gives back what was taken and not done with.</summary>
    public async Task ReleaseAsync(DueDelivery delivery, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            "update alert_delivery set next_at = $3 where id = $1 and attempts = $2 and state = 'pending'",
            delivery.Id,
            delivery.Attempt,
            now.ToUniversalTime()
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
