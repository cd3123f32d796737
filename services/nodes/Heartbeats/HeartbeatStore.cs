using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Platform.Contracts.Agents;
using Platform.Contracts.Nodes;
using Platform.EventStore;
using Platform.Messaging;
using Platform.Nodes.Membership;
using Platform.Nodes.Placements;

namespace Platform.Nodes.Heartbeats;

/// <summary>The result of recording a heartbeat.</summary>
internal enum HeartbeatResult
{
    Recorded,

    /// <summary>The agent must join first.</summary>
    UnknownNode,

    /// <summary>Another agent uses the same node identity.</summary>
    OtherAgent,
}

/// <summary>
/// Records heartbeats. A heartbeat is not an event: it updates the node's row in <c>node_heartbeat</c>; only a change
/// of the node is an event. Attempts that the agent holds without a lease on its node are stopped. The time that counts
/// is when the heartbeat arrived.
/// </summary>
internal sealed class HeartbeatStore(
    NodesStore store,
    SchedulerSignal scheduler,
    IOptions<NodesOptions> options,
    TimeProvider clock
)
{
    /// <param name="sender">Sends commands to the agent's queue.</param>
    public async Task<HeartbeatResult> RecordAsync(
        NodeHeartbeat heartbeat,
        ISendEndpointProvider sender,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        var inventory = heartbeat.Inventory.ToInventory();
        var (result, isChange, fenced) = await StoreAsync(heartbeat, inventory, cancellationToken);
        await StopAsync(heartbeat.NodeId, fenced, sender, cancellationToken);
        if (result is not HeartbeatResult.Recorded || !isChange)
        {
            return result;
        }

        var outcome = await store.HandleAsync(
            Node.Decider,
            heartbeat.NodeId.ToString(),
            node => Node.Decide(node, new ApplyHeartbeat(inventory), clock.GetUtcNow()),
            metadata,
            cancellationToken: cancellationToken
        );
        if (outcome.Events.Count > 0)
        {
            scheduler.Raise();
        }

        return outcome.IsAccepted ? HeartbeatResult.Recorded : HeartbeatResult.UnknownNode;
    }

    private static async Task StopAsync(
        Guid nodeId,
        List<HeldAttempt> fenced,
        ISendEndpointProvider sender,
        CancellationToken cancellationToken
    )
    {
        if (fenced.Count == 0)
        {
            return;
        }

        var agent = await sender.GetSendEndpoint(QueueAddress.Of(AgentQueues.For(nodeId)));
        foreach (var held in fenced)
        {
            await agent.Send(
                new StopProcess
                {
                    NodeId = nodeId,
                    JobId = held.JobId,
                    Attempt = held.Attempt,
                    Rank = held.Rank,
                    Reason = StopProcess.Fenced,
                },
                cancellationToken
            );
        }
    }

    /// <summary>Stores the heartbeat and its telemetry and reads the node and its leases, in one round trip.</summary>
    private async Task<(HeartbeatResult Result, bool IsChange, List<HeldAttempt> Fenced)> StoreAsync(
        NodeHeartbeat heartbeat,
        Inventory inventory,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        AddWrites(batch, heartbeat, clock.GetUtcNow());
        batch.Add(
            """
            select n.status, n.inventory, coalesce(b.agent <> $2::varchar, false)
            from node n left join node_heartbeat b using (node_id) where n.node_id = $1
            """,
            heartbeat.NodeId,
            heartbeat.Agent
        );
        batch.Add(
            """
            select h.job_id, h.attempt, h.rank from unnest($2::uuid[], $3::int[], $4::int[]) as h (job_id, attempt, rank)
            where not exists (
              select from lease l
              where l.job_id = h.job_id and l.attempt = h.attempt and l.rank = h.rank and l.node_id = $1)
            """,
            heartbeat.NodeId,
            heartbeat.Attempts.Select(held => held.JobId).ToArray(),
            heartbeat.Attempts.Select(held => held.Attempt).ToArray(),
            heartbeat.Attempts.Select(held => held.Rank).ToArray()
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var known = await reader.ReadAsync(cancellationToken);
        if (known && reader.GetBoolean(2))
        {
            return (HeartbeatResult.OtherAgent, false, []);
        }

        var isChange =
            known
            && (
                !string.Equals(reader.GetString(0), "online", StringComparison.Ordinal)
                || JsonSerializer.Deserialize(reader.GetString(1), NodesJson.Default.Inventory) != inventory
            );
        await reader.NextResultAsync(cancellationToken);
        var fenced = new List<HeldAttempt>();
        while (await reader.ReadAsync(cancellationToken))
        {
            fenced.Add(
                new HeldAttempt
                {
                    JobId = reader.GetGuid(0),
                    Attempt = reader.GetInt32(1),
                    Rank = reader.GetInt32(2),
                }
            );
        }

        return (known ? HeartbeatResult.Recorded : HeartbeatResult.UnknownNode, isChange, fenced);
    }

    /// <summary>Writes nothing for an agent while another agent sends heartbeats with the same node identity.</summary>
    private void AddWrites(NpgsqlBatch batch, NodeHeartbeat heartbeat, DateTimeOffset now)
    {
        var silentSince = now - options.Value.OfflineAfter;
        var usage = heartbeat.Usage is null
            ? null
            : JsonSerializer.Serialize(heartbeat.Usage, NodesJson.Default.NodeUsage);
        if (usage is not null)
        {
            // The same heartbeat delivered again is one sample.
            batch.Add(
                """
                insert into node_telemetry (node_id, received_at, usage)
                select $1, $2, $3 from node_heartbeat where node_id = $1 and sent_at <> $4
                  and (agent is null or $5::varchar is null or agent = $5::varchar or last_heartbeat_at < $6)
                on conflict do nothing
                """,
                heartbeat.NodeId,
                now,
                Json(usage),
                heartbeat.At.ToUniversalTime(),
                heartbeat.Agent,
                silentSince
            );
        }

        batch.Add(
            """
            update node_heartbeat set last_heartbeat_at = greatest(last_heartbeat_at, $2), sent_at = $3,
              usage = coalesce($4, usage), attempts = $5, agent = coalesce($6::varchar, agent)
            where node_id = $1 and (agent is null or $6::varchar is null or agent = $6::varchar or last_heartbeat_at < $7)
            """,
            heartbeat.NodeId,
            now,
            heartbeat.At.ToUniversalTime(),
            Json(usage),
            Json(JsonSerializer.Serialize(heartbeat.Attempts, NodesJson.Default.IReadOnlyListHeldAttempt)),
            heartbeat.Agent,
            silentSince
        );
    }

    private static NpgsqlParameter Json(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };
}
