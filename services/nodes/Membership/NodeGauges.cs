using Npgsql;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Membership;

/// <summary>Nodes and GPUs by state, and who waits for them.</summary>
internal sealed class NodeGauges(NodesStore store) : IGaugeSource
{
    private const string GpusSql = """
        select coalesce(sum(used), 0)::bigint,
          coalesce(sum(rest) filter (where takes_work), 0)::bigint,
          coalesce(sum(rest) filter (where not takes_work), 0)::bigint
        from (
          select n.status = 'online' and not n.draining as takes_work, l.used,
            greatest(0, jsonb_array_length(n.inventory -> 'gpus') - l.used) as rest
          from node n, lateral (select count(*) as used from lease_gpu g where g.node_id = n.node_id) l) gpus
        """;

    private const string WaitingSql = """
        select count(*), coalesce(extract(epoch from clock_timestamp() - min(greatest(requested_at, not_before))), 0)::float8
        from placement_request where not_before <= clock_timestamp()
        """;

    /// <summary>The states in the order of the columns.</summary>
    private static readonly string[] _gpuStates = ["used", "free", "unavailable"];

    private static readonly Gauge _nodes = new("platform.nodes", "{node}", "Nodes by state.");
    private static readonly Gauge _gpus = new(
        "platform.gpus",
        "{gpu}",
        "GPUs by state: used by a job, free, or unavailable since their node is offline or draining."
    );
    private static readonly Gauge _waiting = new(
        "platform.placements.waiting",
        "{job}",
        "Jobs that wait for a place on a node: the depth of the queue."
    );
    private static readonly Gauge _oldest = new(
        "platform.placements.waiting.age",
        "s",
        "How long the job that waits longest has been waiting; 0 when none waits."
    );

    public string Meter => "Platform.Nodes";

    public IReadOnlyList<Gauge> Gauges { get; } = [_nodes, _gpus, _waiting, _oldest];

    public async Task<IReadOnlyList<GaugeValue>> ReadAsync(CancellationToken cancellationToken)
    {
        var values = new List<GaugeValue>(
            await _nodes.CountAsync(
                store.DataSource,
                "select case when draining and status = 'online' then 'draining' else status end, count(*) from node group by 1",
                "state",
                ["online", "draining", "offline"],
                cancellationToken
            )
        );
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(GpusSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(WaitingSql));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        foreach (var (column, state) in _gpuStates.Index())
        {
            values.Add(
                new GaugeValue(_gpus, reader.GetInt64(column), KeyValuePair.Create<string, object?>("state", state))
            );
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        values.Add(new GaugeValue(_waiting, reader.GetInt64(0)));
        values.Add(new GaugeValue(_oldest, Math.Max(0, reader.GetDouble(1))));
        return values;
    }
}
