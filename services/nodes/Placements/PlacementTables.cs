using System.Text.Json;
using Npgsql;
using Platform.EventStore;

namespace Platform.Nodes.Placements;

/// <summary>The scheduler's input, read in one batch.</summary>
/// <param name="IsComplete">False when more requests wait than were read.</param>
internal sealed record ClusterState(
    IReadOnlyList<SchedulerNode> Nodes,
    IReadOnlyList<SchedulerLease> Leases,
    IReadOnlyList<SchedulerRequest> Waiting,
    bool IsComplete
);

/// <summary>A lease whose node is offline or was removed.</summary>
internal sealed record StrandedLease(Guid JobId, int Attempt, Guid NodeId);

/// <summary>Reads the tables of nodes and placements.</summary>
internal sealed class PlacementTables(NodesStore store)
{
    /// <summary>Reads the cluster and the first requests of the queue.</summary>
    public async Task<ClusterState> ReadClusterAsync(int limit, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add("select node_id, name, status, draining, inventory from node");
        batch.Add("select node_id, gpus, cpus, memory_mib from lease");
        batch.Add(
            """
            select job_id, attempt, gpus, cpus, memory_mib, labels, priority, submitted_at, not_before, version
            from placement_request order by priority desc, submitted_at, job_id limit $1
            """,
            limit
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var nodes = new List<SchedulerNode>();
        while (await reader.ReadAsync(cancellationToken))
        {
            nodes.Add(ReadNode(reader));
        }

        await reader.NextResultAsync(cancellationToken);
        var leases = new List<SchedulerLease>();
        while (await reader.ReadAsync(cancellationToken))
        {
            leases.Add(ReadLease(reader));
        }

        await reader.NextResultAsync(cancellationToken);
        var waiting = new List<SchedulerRequest>();
        while (await reader.ReadAsync(cancellationToken))
        {
            waiting.Add(ReadRequest(reader));
        }

        return new ClusterState(nodes, leases, waiting, waiting.Count < limit);
    }

    /// <summary>Finds leases on nodes that are offline, or that were removed while a grant was in flight.</summary>
    public async Task<IReadOnlyList<StrandedLease>> FindStrandedAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select l.job_id, l.attempt, l.node_id from lease l left join node n using (node_id)
            where n.node_id is null or n.status <> 'online'
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var stranded = new List<StrandedLease>();
        while (await reader.ReadAsync(cancellationToken))
        {
            stranded.Add(new StrandedLease(reader.GetGuid(0), reader.GetInt32(1), reader.GetGuid(2)));
        }

        return stranded;
    }

    /// <summary>The last published reason of a waiting attempt; null when there is none.</summary>
    public async Task<string?> FindReasonAsync(Guid jobId, int attempt, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select reason from placement_reason where job_id = $1 and attempt = $2"
        );
        command.Parameters.AddWithValue(jobId);
        command.Parameters.AddWithValue(attempt);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Reads the queue.</summary>
    /// <param name="after">Only entries after this position.</param>
    /// <returns>At most <paramref name="limit"/> entries, and how many wait.</returns>
    public async Task<(IReadOnlyList<WaitingPlacement> Items, long Total)> ReadQueueAsync(
        int limit,
        long after,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add("select count(*) from placement_request");
        batch.Add(
            """
            select w.job_id, w.attempt, w.queue_position, r.reason, w.gpus, w.cpus, w.memory_mib, w.labels, w.priority,
                   w.submitted_at, w.not_before
            from (select *, row_number() over (order by priority desc, submitted_at, job_id) as queue_position
                  from placement_request) w
            left join placement_reason r on r.job_id = w.job_id and r.attempt = w.attempt
            where w.queue_position > $1 order by w.queue_position limit $2
            """,
            after,
            limit
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var total = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        var items = new List<WaitingPlacement>();
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(ReadWaiting(reader));
        }

        return (items, total);
    }

    private static WaitingPlacement ReadWaiting(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            reader.GetInt32(1),
            reader.GetInt64(2),
            reader.IsDBNull(3) ? null : reader.GetString(3),
            reader.GetInt32(4),
            reader.GetDouble(5),
            reader.GetInt32(6),
            JsonSerializer.Deserialize(reader.GetString(7), NodesJson.Default.IReadOnlyDictionaryStringString)!,
            reader.GetInt32(8),
            reader.GetFieldValue<DateTimeOffset>(9),
            reader.GetFieldValue<DateTimeOffset>(10)
        );

    private static SchedulerNode ReadNode(NpgsqlDataReader reader)
    {
        var inventory = JsonSerializer.Deserialize(reader.GetString(4), NodesJson.Default.Inventory)!;
        return new SchedulerNode(
            reader.GetGuid(0),
            reader.GetString(1),
            string.Equals(reader.GetString(2), "online", StringComparison.Ordinal),
            reader.GetBoolean(3),
            inventory.Cpus,
            inventory.MemoryMiB,
            [.. inventory.Gpus.Select(gpu => gpu.Index)],
            inventory.Labels
        );
    }

    private static SchedulerLease ReadLease(NpgsqlDataReader reader) =>
        new(reader.GetGuid(0), reader.GetFieldValue<int[]>(1), reader.GetDouble(2), reader.GetInt32(3));

    private static SchedulerRequest ReadRequest(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            reader.GetInt32(1),
            new Needs(reader.GetInt32(2), reader.GetDouble(3), reader.GetInt32(4)),
            JsonSerializer.Deserialize(reader.GetString(5), NodesJson.Default.IReadOnlyDictionaryStringString)!,
            reader.GetInt32(6),
            reader.GetFieldValue<DateTimeOffset>(7),
            reader.GetFieldValue<DateTimeOffset>(8),
            reader.GetInt64(9)
        );
}
