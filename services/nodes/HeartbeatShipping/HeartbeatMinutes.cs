using System.Text.Json;
using Platform.Contracts.Nodes;
using Platform.EventStore;

namespace Platform.Nodes.HeartbeatShipping;

/// <summary>Reads what nodes said in a minute, and remembers which minutes were sent.</summary>
internal sealed class HeartbeatMinutes(NodesStore store)
{
    /// <summary>The first minute that was not sent and in which a node sent a heartbeat.</summary>
    /// <param name="before">Only minutes that begin before this time.</param>
    public async Task<DateTimeOffset?> FindNextAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select date_trunc('minute', min(t.received_at), 'UTC') from node_telemetry t
            where t.received_at >= coalesce((select max(sent_until) from heartbeat_shipping), '-infinity') and t.received_at < $1
            """
        );
        command.Parameters.Add(new() { Value = before });
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime minute
            ? new DateTimeOffset(minute, TimeSpan.Zero)
            : null;
    }

    /// <summary>Reads one minute of all nodes.</summary>
    public async Task<IReadOnlyList<HeartbeatSummary>> ReadAsync(
        DateTimeOffset minute,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select t.node_id, n.name, t.usage::text from node_telemetry t join node n using (node_id)
            where t.received_at >= $1 and t.received_at < $2 order by t.node_id, t.received_at
            """,
            minute,
            minute.AddMinutes(1)
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var heartbeats = new List<(Guid NodeId, string Name, NodeUsage Usage)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var usage = JsonSerializer.Deserialize(reader.GetString(2), NodesJson.Default.NodeUsage)!;
            heartbeats.Add((reader.GetGuid(0), reader.GetString(1), usage));
        }

        return
        [
            .. heartbeats
                .GroupBy(heartbeat => (heartbeat.NodeId, heartbeat.Name), heartbeat => heartbeat.Usage)
                .Select(node => new HeartbeatSummary(node.Key.NodeId, node.Key.Name, minute, [.. node])),
        ];
    }

    /// <summary>Remembers that everything before a time was sent.</summary>
    public async Task MoveAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            insert into heartbeat_shipping as s (id, sent_until) values (1, $1)
            on conflict (id) do update set sent_until = greatest(s.sent_until, excluded.sent_until)
            """
        );
        command.Parameters.Add(new() { Value = until });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
