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

namespace Platform.Nodes.Beats;

/// <summary>What became of a beat.</summary>
internal enum BeatResult
{
    Recorded,

    /// <summary>Its agent must join first.</summary>
    UnknownNode,

    /// <summary>Another agent beats as the same node.</summary>
    OtherAgent,
}

/// <summary>
/// Takes in beats. A beat is not an event: it moves the node's row in <c>node_beat</c>; only what it changes about the node
/// is one. Attempts the agent holds without a lease on its node are told to stop. The time that counts is when it arrived.
/// </summary>
internal sealed class Heartbeats(
    NodesStore store,
    PlacerSignal placer,
    IOptions<NodesOptions> options,
    TimeProvider clock
)
{
    /// <param name="sender">Where the agent's queue is reached.</param>
    public async Task<BeatResult> RecordAsync(
        NodeHeartbeat beat,
        ISendEndpointProvider sender,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        var inventory = beat.Inventory.ToInventory();
        var (result, isNews, fenced) = await StoreAsync(beat, inventory, cancellationToken);
        await StopAsync(beat.NodeId, fenced, sender, cancellationToken);
        if (result is not BeatResult.Recorded || !isNews)
        {
            return result;
        }

        var outcome = await store.HandleAsync(
            Node.Decider,
            beat.NodeId.ToString(),
            node => Node.Decide(node, new RecordBeat(inventory), clock.GetUtcNow()),
            metadata,
            cancellationToken: cancellationToken
        );
        if (outcome.Events.Count > 0)
        {
            placer.Raise();
        }

        return outcome.IsAccepted ? BeatResult.Recorded : BeatResult.UnknownNode;
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
                new StopTraining
                {
                    NodeId = nodeId,
                    JobId = held.JobId,
                    Attempt = held.Attempt,
                    Reason = StopTraining.Fenced,
                },
                cancellationToken
            );
        }
    }

    /// <summary>One round trip: stores the beat and its telemetry, and reads what must be known to judge it.</summary>
    private async Task<(BeatResult Result, bool IsNews, List<HeldAttempt> Fenced)> StoreAsync(
        NodeHeartbeat beat,
        Inventory inventory,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        AddWrites(batch, beat, clock.GetUtcNow());
        batch.Add(
            """
            select n.status, n.inventory, coalesce(b.agent <> $2::varchar, false)
            from node n left join node_beat b using (node_id) where n.node_id = $1
            """,
            beat.NodeId,
            beat.Agent
        );
        batch.Add(
            """
            select h.job_id, h.attempt from unnest($2::uuid[], $3::int[]) as h (job_id, attempt)
            where not exists (
              select from lease l where l.job_id = h.job_id and l.attempt = h.attempt and l.node_id = $1)
            """,
            beat.NodeId,
            beat.Attempts.Select(held => held.JobId).ToArray(),
            beat.Attempts.Select(held => held.Attempt).ToArray()
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var known = await reader.ReadAsync(cancellationToken);
        if (known && reader.GetBoolean(2))
        {
            return (BeatResult.OtherAgent, false, []);
        }

        var isNews =
            known
            && (
                !string.Equals(reader.GetString(0), "online", StringComparison.Ordinal)
                || JsonSerializer.Deserialize(reader.GetString(1), NodesJson.Default.Inventory) != inventory
            );
        await reader.NextResultAsync(cancellationToken);
        var fenced = new List<HeldAttempt>();
        while (await reader.ReadAsync(cancellationToken))
        {
            fenced.Add(new HeldAttempt { JobId = reader.GetGuid(0), Attempt = reader.GetInt32(1) });
        }

        return (known ? BeatResult.Recorded : BeatResult.UnknownNode, isNews, fenced);
    }

    /// <summary>Nothing is written for an agent while another one beats as the same node.</summary>
    private void AddWrites(NpgsqlBatch batch, NodeHeartbeat beat, DateTimeOffset now)
    {
        var silentSince = now - options.Value.OfflineAfter;
        var usage = beat.Usage is null ? null : JsonSerializer.Serialize(beat.Usage, NodesJson.Default.NodeUsage);
        if (usage is not null)
        {
            // The same beat delivered again is one sample.
            batch.Add(
                """
                insert into node_telemetry (node_id, received_at, usage)
                select $1, $2, $3 from node_beat where node_id = $1 and beat_at <> $4
                  and (agent is null or $5::varchar is null or agent = $5::varchar or last_heartbeat_at < $6)
                on conflict do nothing
                """,
                beat.NodeId,
                now,
                Json(usage),
                beat.At.ToUniversalTime(),
                beat.Agent,
                silentSince
            );
        }

        batch.Add(
            """
            update node_beat set last_heartbeat_at = greatest(last_heartbeat_at, $2), beat_at = $3,
              usage = coalesce($4, usage), attempts = $5, agent = coalesce($6::varchar, agent)
            where node_id = $1 and (agent is null or $6::varchar is null or agent = $6::varchar or last_heartbeat_at < $7)
            """,
            beat.NodeId,
            now,
            beat.At.ToUniversalTime(),
            Json(usage),
            Json(JsonSerializer.Serialize(beat.Attempts, NodesJson.Default.IReadOnlyListHeldAttempt)),
            beat.Agent,
            silentSince
        );
    }

    private static NpgsqlParameter Json(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };
}
