using Microsoft.Extensions.Options;
using Npgsql;
using Platform.Contracts.Jobs;
using Platform.Nodes.Membership;
using Platform.Nodes.Placements;

namespace Platform.Nodes.Heartbeats;

/// <summary>
/// Marks silent nodes offline and revokes leases on nodes that are offline or removed. After monitoring
/// began, or continued after a stall, nodes have <see cref="NodesOptions.GraceAfterStart"/> to be heard, so that downtime of the platform
/// does not mark them offline.
/// </summary>
internal sealed partial class NodeMonitor(
    NodesStore store,
    PlacementTables placements,
    Retention retention,
    SchedulerSignal scheduler,
    IOptions<NodesOptions> options,
    TimeProvider clock,
    ILogger<NodeMonitor> log
)
{
    private static readonly TimeSpan _shortestStall = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var interval = TimeSpan.FromSeconds(options.Value.HeartbeatSeconds);
        var stall = interval > _shortestStall ? interval : _shortestStall;
        var monitoringSince = clock.GetUtcNow();
        var lastScan = monitoringSince;
        while (true)
        {
            try
            {
                var now = clock.GetUtcNow();
                if (now - lastScan > options.Value.Poll + stall)
                {
                    monitoringSince = now;
                }

                await ScanAsync(monitoringSince, now, cancellationToken);
                await retention.ApplyAsync(now, cancellationToken);
                lastScan = now;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                ScanFailed(log, e);
            }

            await Task.Delay(options.Value.Poll, clock, cancellationToken);
        }
    }

    private async Task ScanAsync(
        DateTimeOffset monitoringSince,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (now - monitoringSince >= options.Value.GraceAfterStart)
        {
            var deadline = now - options.Value.OfflineAfter;
            foreach (var (nodeId, lastHeartbeatAt) in await FindSilentAsync(deadline, cancellationToken))
            {
                await MarkOfflineAsync(nodeId, lastHeartbeatAt, cancellationToken);
            }
        }

        foreach (var lease in await placements.FindStrandedAsync(cancellationToken))
        {
            await RevokeAsync(lease, cancellationToken);
        }
    }

    private async Task MarkOfflineAsync(
        Guid nodeId,
        DateTimeOffset lastHeartbeatAt,
        CancellationToken cancellationToken
    )
    {
        var outcome = await store.HandleAsync(
            Node.Decider,
            nodeId.ToString(),
            node => Node.Decide(node, new MarkOffline(lastHeartbeatAt), clock.GetUtcNow()),
            BackgroundMetadata.Of(nodeId, nameof(NodeMonitor)),
            cancellationToken: cancellationToken
        );
        if (outcome.Events.Count > 0)
        {
            Offline(log, nodeId, lastHeartbeatAt);
            scheduler.Raise();
        }
    }

    private async Task RevokeAsync(StrandedLease lease, CancellationToken cancellationToken)
    {
        var outcome = await store.HandleAsync(
            Placement.Decider,
            lease.JobId.ToString(),
            placement =>
                Placement.Decide(
                    placement,
                    new LosePlacement(lease.Attempt, lease.NodeId, EndReasons.NodeLost),
                    clock.GetUtcNow()
                ),
            BackgroundMetadata.Of(lease.JobId, nameof(NodeMonitor)),
            cancellationToken: cancellationToken
        );
        if (outcome.Events.Count > 0)
        {
            Lost(log, lease.JobId, lease.Attempt, lease.NodeId);
            scheduler.Raise();
        }
    }

    private async Task<List<(Guid NodeId, DateTimeOffset LastHeartbeatAt)>> FindSilentAsync(
        DateTimeOffset deadline,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select n.node_id, coalesce(b.last_heartbeat_at, n.joined_at)
            from node n left join node_heartbeat b using (node_id)
            where n.status = 'online' and coalesce(b.last_heartbeat_at, n.joined_at) < $1
            """
        );
        command.Parameters.AddWithValue(deadline);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var silent = new List<(Guid, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            silent.Add(ReadSilent(reader));
        }

        return silent;
    }

    private static (Guid NodeId, DateTimeOffset LastHeartbeatAt) ReadSilent(NpgsqlDataReader reader) =>
        (reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1));

    [LoggerMessage(1, LogLevel.Warning, "Node {NodeId} is offline; its last heartbeat arrived at {LastHeartbeatAt}")]
    private static partial void Offline(ILogger log, Guid nodeId, DateTimeOffset lastHeartbeatAt);

    [LoggerMessage(2, LogLevel.Warning, "Job {JobId} attempt {Attempt} lost its lease on node {NodeId}")]
    private static partial void Lost(ILogger log, Guid jobId, int attempt, Guid nodeId);

    [LoggerMessage(3, LogLevel.Error, "Scanning the nodes failed; retrying")]
    private static partial void ScanFailed(ILogger log, Exception exception);
}
