using System.Data.Common;
using System.Text.Json;
using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Membership;

/// <summary>Reads nodes with their leases and last heartbeats.</summary>
internal sealed class NodeTables(NodesStore store)
{
    /// <summary>All nodes that have not been removed.</summary>
    public static ListDefinition<NodeView> List { get; } =
        new()
        {
            Table = "node n",
            Columns = Columns,
            Joins = Joins,
            Keys = [ListColumn.Uuid("n.node_id")],
            Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
            {
                ["name"] = ListColumn.Text("n.name"),
                ["joinedAt"] = ListColumn.Time("n.joined_at"),
            },
            DefaultSort = "name",
            DefaultLimit = 2000,
            Read = ReadNode,
        };

    private const string Columns =
        "n.node_id, n.name, n.status, n.draining, n.inventory::text as inventory, n.joined_at, n.version, b.last_heartbeat_at, b.usage::text as usage, l.leases";

    private const string Joins = """
        left join node_heartbeat b on b.node_id = n.node_id
        left join lateral (
          select coalesce(jsonb_agg(jsonb_build_object('jobId', job_id, 'attempt', attempt, 'gpus', gpus, 'cpus', cpus,
            'memoryMiB', memory_mib, 'grantedAt', granted_at, 'rank', rank) order by granted_at, job_id, rank), '[]')::text
            as leases
          from lease where node_id = n.node_id) l on true
        """;

    public async Task<NodeView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"select {Columns} from node n {Joins} where n.node_id = $1"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadNode(reader) : null;
    }

    private static NodeView ReadNode(DbDataReader row)
    {
        var inventory = JsonSerializer.Deserialize(row.Value<string>("inventory"), NodesJson.Default.Inventory)!;
        var leases = JsonSerializer.Deserialize(row.Value<string>("leases"), NodesJson.Default.IReadOnlyListLeaseView)!;
        var status = row.Value<string>("status");
        var draining = row.Value<bool>("draining");
        var holders = leases
            .SelectMany(lease => lease.Gpus.Select(gpu => KeyValuePair.Create(gpu, lease.JobId)))
            .ToDictionary();
        return new NodeView(
            row.Value<Guid>("node_id"),
            row.Value<string>("name"),
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
            inventory.GpuReasonCode,
            inventory.Limits,
            inventory.Labels,
            Free(inventory, leases, holders),
            leases,
            row.TextOrNull("usage") is { } usage
                ? JsonSerializer.Deserialize(usage, NodesJson.Default.NodeUsage)
                : null,
            row.ValueOrNull<DateTimeOffset>("last_heartbeat_at"),
            row.Value<DateTimeOffset>("joined_at"),
            row.Value<long>("version")
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
