using System.Text.Json;
using Npgsql;
using Platform.Contracts.Sentences;
using Platform.EventStore;

namespace Platform.Nodes.Placements;

/// <summary>What the scheduler decides on.</summary>
/// <param name="Waiting">The beginning of the queue, and the first requests of each class.</param>
/// <param name="NextDue">The earliest <c>NotBefore</c> that lies in the future; null when there is none.</param>
internal sealed record ClusterState(
    IReadOnlyList<SchedulerNode> Nodes,
    IReadOnlyList<SchedulerLease> Leases,
    IReadOnlyList<SchedulerRequest> Waiting,
    DateTimeOffset? NextDue
);

/// <summary>Reads the tables of nodes and placements.</summary>
internal sealed class PlacementTables(NodesStore store)
{
    /// <summary>How many requests of each class are read.</summary>
    public const int FirstOfClass = 16;

    /// <summary>How many requests are read from the beginning of the queue: those whose position is told.</summary>
    private const int Counted = 100;

    private const string RequestColumns =
        "job_id, attempt, gpus, cpus, memory_mib, labels, priority, submitted_at, not_before, version, class";

    /// <summary>Reads the cluster, the beginning of the queue, and of a longer one the first requests of each class.</summary>
    public async Task<ClusterState> ReadClusterAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select n.node_id, n.name, n.status, n.draining, n.inventory, coalesce((b.usage->>'isDiskFull')::boolean, false)
            from node n left join node_heartbeat b using (node_id)
            """
        );
        batch.Add("select node_id, gpus, cpus, memory_mib from lease");
        batch.Add(
            $"select {RequestColumns} from placement_request order by priority desc, submitted_at, job_id limit $1",
            Counted
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var nodes = await ReadAsync(reader, ReadNode, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var leases = await ReadAsync(reader, ReadLease, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var waiting = await ReadAsync(reader, ReadRequest, cancellationToken);
        return waiting.Count < Counted
            ? new ClusterState(nodes, leases, waiting, NextDue(waiting, now))
            : await AddFirstOfClassesAsync(new ClusterState(nodes, leases, waiting, null), now, cancellationToken);
    }

    /// <summary>Adds the first requests of each class that may start now.</summary>
    private async Task<ClusterState> AddFirstOfClassesAsync(
        ClusterState cluster,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add("select min(not_before) from placement_request where not_before > $1", now);
        // Jumps from class to class in the index, instead of reading all entries.
        batch.Add(
            $"""
            with recursive c (class) as (
              (select class from placement_request order by class limit 1)
              union all
              select (select p.class from placement_request p where p.class > c.class order by p.class limit 1)
              from c where c.class is not null)
            select first.* from c cross join lateral (
              select {RequestColumns} from placement_request p where p.class = c.class and p.not_before <= $1
              order by p.priority desc, p.submitted_at, p.job_id limit $2) first
            """,
            now,
            FirstOfClass
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var due = await reader.IsDBNullAsync(0, cancellationToken)
            ? (DateTimeOffset?)null
            : await reader.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var first = await ReadAsync(reader, ReadRequest, cancellationToken);
        var counted = cluster.Waiting.Select(request => request.JobId).ToHashSet();
        var others = first.Where(request => !counted.Contains(request.JobId));
        return cluster with
        {
            Waiting = [.. cluster.Waiting, .. others.Select(request => request with { IsCounted = false })],
            NextDue = due,
        };
    }

    private static DateTimeOffset? NextDue(List<SchedulerRequest> waiting, DateTimeOffset now) =>
        waiting.Where(request => request.NotBefore > now).Min(request => (DateTimeOffset?)request.NotBefore);

    /// <summary>The last published reason of a waiting attempt; null when there is none.</summary>
    public async Task<Sentence?> FindReasonAsync(Guid jobId, int attempt, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select reason, reason_code from placement_reason where job_id = $1 and attempt = $2 and reason is not null"
        );
        command.Parameters.AddWithValue(jobId);
        command.Parameters.AddWithValue(attempt);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Sentence(reader.GetString(0), ReadCode(reader, 1))
            : null;
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
                   w.submitted_at, w.not_before, r.reason_code
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
        return (await ReadAsync(reader, ReadWaiting, cancellationToken), total);
    }

    /// <summary>Reads the rows of a result.</summary>
    public static async Task<List<T>> ReadAsync<T>(
        NpgsqlDataReader reader,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static WaitingPlacement ReadWaiting(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            reader.GetInt32(1),
            reader.GetInt64(2),
            reader.IsDBNull(3) ? null : reader.GetString(3),
            ReadCode(reader, 11),
            reader.GetInt32(4),
            reader.GetDouble(5),
            reader.GetInt32(6),
            JsonSerializer.Deserialize(reader.GetString(7), NodesJson.Default.IReadOnlyDictionaryStringString)!,
            reader.GetInt32(8),
            reader.GetFieldValue<DateTimeOffset>(9),
            reader.GetFieldValue<DateTimeOffset>(10)
        );

    private static SentenceCode? ReadCode(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : SentenceCode.FromJson(reader.GetFieldValue<byte[]>(column));

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
            inventory.Labels,
            reader.GetBoolean(5)
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
            reader.GetInt64(9),
            reader.GetGuid(10)
        );
}
