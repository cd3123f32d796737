using System.Text.Json;
using Npgsql;
using Platform.EventStore;

namespace Platform.Nodes.Membership;

/// <summary>Reads nodes with their leases and last heartbeats.</summary>
internal sealed class NodeTables(NodesStore store)
{
    public async Task<NodeView?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await ReadAsync(id, cancellationToken) is [var node] ? node : null;

    public Task<IReadOnlyList<NodeView>> ListAsync(CancellationToken cancellationToken) =>
        ReadAsync(null, cancellationToken);

    private async Task<IReadOnlyList<NodeView>> ReadAsync(Guid? id, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select node_id, job_id, attempt, gpus, cpus, memory_mib, granted_at, rank from lease
            where $1::uuid is null or node_id = $1 order by granted_at, job_id, rank
            """,
            id
        );
        batch.Add(
            """
            select n.node_id, n.name, n.status, n.draining, n.inventory, n.joined_at, n.version, b.last_heartbeat_at, b.usage
            from node n left join node_heartbeat b using (node_id)
            where $1::uuid is null or n.node_id = $1 order by n.name, n.node_id
            """,
            id
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var leases = new List<(Guid NodeId, LeaseView Lease)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            leases.Add((reader.GetGuid(0), ReadLease(reader)));
        }

        var leasesOf = leases.ToLookup(held => held.NodeId, held => held.Lease);
        await reader.NextResultAsync(cancellationToken);
        var nodes = new List<NodeView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            nodes.Add(ReadNode(reader, [.. leasesOf[reader.GetGuid(0)]]));
        }

        return nodes;
    }

    private static LeaseView ReadLease(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(1),
            reader.GetInt32(2),
            reader.GetFieldValue<int[]>(3),
            reader.GetDouble(4),
            reader.GetInt32(5),
            reader.GetFieldValue<DateTimeOffset>(6),
            reader.GetInt32(7)
        );

    private static NodeView ReadNode(NpgsqlDataReader reader, IReadOnlyList<LeaseView> leases)
    {
        var inventory = JsonSerializer.Deserialize(reader.GetString(4), NodesJson.Default.Inventory)!;
        var status = reader.GetString(2);
        var draining = reader.GetBoolean(3);
        var holders = leases
            .SelectMany(lease => lease.Gpus.Select(gpu => KeyValuePair.Create(gpu, lease.JobId)))
            .ToDictionary();
        return new NodeView(
            reader.GetGuid(0),
            reader.GetString(1),
            draining && string.Equals(status, "online", StringComparison.Ordinal) ? "draining" : status,
            draining,
            inventory.Hostname,
            inventory.Os,
            inventory.AgentVersion,
            inventory.Cpus,
            inventory.MemoryMiB,
            [
                .. inventory.Gpus.Select(gpu => new GpuView(
                    gpu.Index,
                    gpu.Uuid,
                    gpu.Name,
                    gpu.MemoryMiB,
                    holders.TryGetValue(gpu.Index, out var jobId) ? jobId : null
                )),
            ],
            inventory.GpuReason,
            inventory.Limits,
            inventory.Labels,
            Free(inventory, leases, holders),
            leases,
            reader.IsDBNull(8) ? null : JsonSerializer.Deserialize(reader.GetString(8), NodesJson.Default.NodeUsage),
            reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
            reader.GetFieldValue<DateTimeOffset>(5),
            reader.GetInt64(6)
        );
    }

    private static FreeResources Free(
        Inventory inventory,
        IReadOnlyList<LeaseView> leases,
        Dictionary<int, Guid> holders
    ) =>
        new(
            inventory.Gpus.Count(gpu => !holders.ContainsKey(gpu.Index)),
            // Rounded, because sums of fractions would show as 0.30000000000000004.
            Math.Round(Math.Max(0, inventory.Cpus - leases.Sum(lease => lease.Cpus)), 6),
            Math.Max(0, inventory.MemoryMiB - leases.Sum(lease => lease.MemoryMiB))
        );
}
