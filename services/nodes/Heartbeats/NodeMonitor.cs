using Microsoft.Extensions.Options;
using Platform.Contracts.Jobs;
using Platform.EventStore;
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

                var foundSilent = await ScanAsync(monitoringSince, now, cancellationToken);
                await retention.ApplyAsync(now, cancellationToken);
                lastScan = now;
                if (foundSilent)
                {
                    // What ran there is found now.
                    continue;
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                ScanFailed(log, e);
            }

            await Task.Delay(options.Value.Poll, clock, cancellationToken);
        }
    }

    /// <returns>True when a node became offline.</returns>
    private async Task<bool> ScanAsync(
        DateTimeOffset monitoringSince,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var silentSince =
            now - monitoringSince >= options.Value.GraceAfterStart
                ? now - options.Value.OfflineAfter
                : DateTimeOffset.MinValue;
        var (silent, stranded) = await FindAsync(silentSince, cancellationToken);
        var foundSilent = false;
        foreach (var (nodeId, lastHeartbeatAt) in silent)
        {
            foundSilent |= await MarkOfflineAsync(nodeId, lastHeartbeatAt, cancellationToken);
        }

        foreach (var lease in stranded)
        {
            await RevokeAsync(lease, cancellationToken);
        }

        return foundSilent;
    }

    private async Task<bool> MarkOfflineAsync(
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
        if (outcome.Events.Count == 0)
        {
            return false;
        }

        Offline(log, nodeId, lastHeartbeatAt);
        scheduler.Raise();
        return true;
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

    /// <summary>
    /// Finds online nodes that were not heard since a time, and leases on nodes that are offline, or that were removed while a grant
    /// was in flight. One round trip: this is asked all the time.
    /// </summary>
    private async Task<(List<(Guid NodeId, DateTimeOffset LastHeartbeatAt)>, List<StrandedLease>)> FindAsync(
        DateTimeOffset silentSince,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select n.node_id, coalesce(b.last_heartbeat_at, n.joined_at)
            from node n left join node_heartbeat b using (node_id)
            where n.status = 'online' and coalesce(b.last_heartbeat_at, n.joined_at) < $1
            """,
            silentSince
        );
        batch.Add(
            """
            select l.job_id, l.attempt, l.node_id from lease l left join node n using (node_id)
            where n.node_id is null or n.status <> 'online'
            """
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var silent = await PlacementTables.ReadAsync(
            reader,
            row => (row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1)),
            cancellationToken
        );
        await reader.NextResultAsync(cancellationToken);
        var stranded = await PlacementTables.ReadAsync(
            reader,
            row => new StrandedLease(row.GetGuid(0), row.GetInt32(1), row.GetGuid(2)),
            cancellationToken
        );
        return (silent, stranded);
    }

    /// <summary>A lease whose node is offline or was removed.</summary>
    private sealed record StrandedLease(Guid JobId, int Attempt, Guid NodeId);

    [LoggerMessage(1, LogLevel.Warning, "Node {NodeId} is offline; its last heartbeat arrived at {LastHeartbeatAt}")]
    private static partial void Offline(ILogger log, Guid nodeId, DateTimeOffset lastHeartbeatAt);

    [LoggerMessage(2, LogLevel.Warning, "Job {JobId} attempt {Attempt} lost its lease on node {NodeId}")]
    private static partial void Lost(ILogger log, Guid jobId, int attempt, Guid nodeId);

    [LoggerMessage(3, LogLevel.Error, "Scanning the nodes failed; retrying")]
    private static partial void ScanFailed(ILogger log, Exception exception);
}
