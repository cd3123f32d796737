using System.Text.Json;
using Npgsql;
using Platform.EventStore;

namespace Platform.Nodes.Heartbeats;

/// <summary>Reads telemetry, and records the first heartbeat of a node.</summary>
internal sealed class HeartbeatTables(NodesStore store, TimeProvider clock)
{
    /// <summary>A node's telemetry of the time until now, oldest first: the last sample of each of so many equal spans.</summary>
    /// <returns>Null when there is no such node.</returns>
    public async Task<IReadOnlyList<TelemetrySample>?> FindTelemetryAsync(
        Guid nodeId,
        TimeSpan period,
        int maxSamples,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add("select 1 from node where node_id = $1", nodeId);
        batch.Add(
            """
            select distinct on (span) received_at, usage,
              floor(extract(epoch from received_at) / $3::double precision) as span
            from node_telemetry where node_id = $1 and received_at >= $2
            order by span, received_at desc
            """,
            nodeId,
            clock.GetUtcNow() - period,
            period.TotalSeconds / (maxSamples - 1)
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        await reader.NextResultAsync(cancellationToken);
        var samples = new List<TelemetrySample>();
        while (await reader.ReadAsync(cancellationToken))
        {
            samples.Add(ReadSample(reader));
        }

        return samples;
    }

    /// <summary>Records the heartbeat that a join is.</summary>
    /// <param name="agent">The id of the agent's process; null for agents that do not tell it.</param>
    /// <param name="silentSince">An agent whose last heartbeat is older has lost the node's identity.</param>
    /// <returns>False when another agent uses this node's identity.</returns>
    public async Task<bool> RecordFirstAsync(
        Guid nodeId,
        string? agent,
        DateTimeOffset now,
        DateTimeOffset silentSince,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            insert into node_heartbeat as b (node_id, last_heartbeat_at, sent_at, agent) values ($1, $2, $2, $3::varchar)
            on conflict (node_id) do update set last_heartbeat_at = excluded.last_heartbeat_at, agent = excluded.agent
              where b.agent is null or excluded.agent is null or b.agent = excluded.agent or b.last_heartbeat_at < $4
            """,
            nodeId,
            now,
            agent,
            silentSince
        );
        return await batch.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static TelemetrySample ReadSample(NpgsqlDataReader reader) =>
        new(
            reader.GetFieldValue<DateTimeOffset>(0),
            JsonSerializer.Deserialize(reader.GetString(1), NodesJson.Default.NodeUsage)!
        );
}
