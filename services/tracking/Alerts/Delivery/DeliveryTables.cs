using Npgsql;
using Platform.EventStore;
using Platform.Tracking.Alerts.Firing;

namespace Platform.Tracking.Alerts.Delivery;

/// <summary>
/// Who is told of alerts, and what is to be delivered: rows that are neither events nor a read model, as a rebuild must deliver nothing.
/// </summary>
internal static class DeliveryTables
{
    public static readonly Migration Migration = new(
        "042_alert_delivery",
        """
        create table alert_destination (
          id uuid primary key,
          name text not null,
          kind text not null,
          -- A webhook's address.
          url text,
          -- The addresses of a mail.
          recipients text[],
          -- A webhook's secret, encrypted (AES-GCM); null for mail.
          secret bytea,
          is_active boolean not null default true,
          created_at timestamptz not null,
          created_by text,
          changed_at timestamptz not null,
          changed_by text,
          version bigint not null default 1);
        create index alert_destination_created on alert_destination (created_at, id);
        create index alert_destination_name on alert_destination (name, id);
        create table alert_delivery (
          -- The same for whoever finds it: receivers know it as webhook-id.
          id uuid primary key,
          alert_id uuid not null,
          destination_id uuid not null,
          -- 'fired' or 'resolved'.
          change text not null,
          -- 'pending', 'delivered' or 'failed'.
          state text not null default 'pending',
          attempts int not null default 0,
          created_at timestamptz not null,
          -- When it is tried next; while it is tried, when it counts as not answered.
          next_at timestamptz,
          delivered_at timestamptz,
          status int,
          error text,
          error_code bytea) with (fillfactor = 80);
        create index alert_delivery_due on alert_delivery (next_at) where state = 'pending';
        create index alert_delivery_alert on alert_delivery (alert_id, created_at, id);
        create index alert_delivery_destination on alert_delivery (destination_id, created_at);
        """
    );

    public static readonly Migration ByDestination = new(
        "053_alert_delivery_by_destination",
        """
        -- The recipients of a mail who do not have it yet, where others have it; null for all.
        alter table alert_delivery add column remaining text[];
        create index alert_delivery_waiting on alert_delivery (destination_id, next_at) where state = 'pending';
        drop index alert_delivery_due;
        """
    );

    /// <summary>Adds what is to be delivered for an event.</summary>
    /// <param name="destinations">Who is told when it fires; of its end are told those that were told that it fires.</param>
    public static void AddDeliveries(NpgsqlBatch batch, AlertSeriesEvent data, IReadOnlyList<Guid> destinations)
    {
        if (data is AlertFired fired)
        {
            batch.Add(
                """
                insert into alert_delivery (id, alert_id, destination_id, change, created_at, next_at)
                select md5($1::text || 'fired' || d.id::text)::uuid, $1, d.id, 'fired', $2, $2
                from alert_destination d where d.id = any($3) and d.is_active on conflict (id) do nothing
                """,
                fired.AlertId,
                fired.At.ToUniversalTime(),
                destinations.ToArray()
            );
        }
        else if (data is AlertResolved resolved)
        {
            batch.Add(
                """
                insert into alert_delivery (id, alert_id, destination_id, change, created_at, next_at)
                select md5($1::text || 'resolved' || f.destination_id::text)::uuid, $1, f.destination_id, 'resolved', $2, $2
                from alert_delivery f join alert_destination d on d.id = f.destination_id and d.is_active
                where f.alert_id = $1 and f.change = 'fired' on conflict (id) do nothing
                """,
                resolved.AlertId,
                resolved.At.ToUniversalTime()
            );
        }
    }
}
