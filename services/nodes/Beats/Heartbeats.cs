using System.Text.Json;
using MassTransit;
using Npgsql;
using NpgsqlTypes;
using Platform.Contracts.Agents;
using Platform.Contracts.Nodes;
using Platform.EventStore;
using Platform.Messaging;
using Platform.Nodes.Membership;
using Platform.Nodes.Placements;

namespace Platform.Nodes.Beats;

/// <summary>
/// Takes in beats. A beat is not an event: it moves the node's row in <c>node_beat</c>; only what it changes about the node
/// is one. Attempts the agent holds without a lease on its node are told to stop. The time that counts is when it arrived.
/// </summary>
internal sealed class Heartbeats(NodesStore store, PlacerSignal placer, TimeProvider clock)
{
    /// <param name="sender">Where the agent's queue is reached.</param>
    /// <returns>False when the node is not known: its agent must join.</returns>
    public async Task<bool> RecordAsync(
        NodeHeartbeat beat,
        ISendEndpointProvider sender,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        var inventory = beat.Inventory.ToInventory();
        var (known, isNews, fenced) = await StoreAsync(beat, inventory, cancellationToken);
        await StopAsync(beat.NodeId, fenced, sender, cancellationToken);
        if (!known || !isNews)
        {
            return known;
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

        return outcome.IsAccepted;
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
    private async Task<(bool Known, bool IsNews, List<HeldAttempt> Fenced)> StoreAsync(
        NodeHeartbeat beat,
        Inventory inventory,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        AddWrites(batch, beat, clock.GetUtcNow());
        batch.Add("select status, inventory from node where node_id = $1", beat.NodeId);
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

        return (known, isNews, fenced);
    }

    private static void AddWrites(NpgsqlBatch batch, NodeHeartbeat beat, DateTimeOffset now)
    {
        var usage = beat.Usage is null ? null : JsonSerializer.Serialize(beat.Usage, NodesJson.Default.NodeUsage);
        if (usage is not null)
        {
            // The same beat delivered again is one sample.
            batch.Add(
                """
                insert into node_telemetry (node_id, received_at, usage)
                select $1, $2, $3 from node_beat where node_id = $1 and beat_at <> $4
                on conflict do nothing
                """,
                beat.NodeId,
                now,
                Json(usage),
                beat.At.ToUniversalTime()
            );
        }

        batch.Add(
            """
            update node_beat set last_heartbeat_at = greatest(last_heartbeat_at, $2), beat_at = $3,
              usage = coalesce($4, usage), attempts = $5
            where node_id = $1
            """,
            beat.NodeId,
            now,
            beat.At.ToUniversalTime(),
            Json(usage),
            Json(JsonSerializer.Serialize(beat.Attempts, NodesJson.Default.IReadOnlyListHeldAttempt))
        );
    }

    private static NpgsqlParameter Json(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb };
}
