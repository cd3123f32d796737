using MassTransit;
using Microsoft.Extensions.Options;
using Platform.Contracts.Nodes;
using Platform.EventStore;

namespace Platform.Nodes.Placements;

/// <summary>
/// Publishes why jobs wait. A new reason is published and then recorded, so that it is published at least once. It runs
/// beside the scheduler, whose grants must not wait for an unavailable broker.
/// </summary>
internal sealed partial class WaitingReasons(
    NodesStore store,
    IBusControl bus,
    IOptions<NodesOptions> options,
    TimeProvider clock,
    ILogger<WaitingReasons> log
) : IDisposable
{
    private const int PageSize = 100;

    private static readonly TimeSpan _publishTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _posted = new(0, 1);
    private readonly Lock _lock = new();
    private Dictionary<Guid, WaitingReason> _latest = [];

    /// <summary>Posts the newest reasons.</summary>
    /// <param name="all">True when these are all waiting requests.</param>
    public void Post(IReadOnlyList<WaitingReason> reasons, bool all)
    {
        if (reasons.Count == 0 && !all)
        {
            return;
        }

        lock (_lock)
        {
            if (all)
            {
                _latest = [];
            }

            foreach (var reason in reasons)
            {
                _latest[reason.JobId] = reason;
            }

            if (_posted.CurrentCount == 0 && _latest.Count > 0)
            {
                _posted.Release();
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // On the in-memory bus, messages published before the endpoints are ready are lost.
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            await _posted.WaitAsync(cancellationToken);
            try
            {
                await PublishNewAsync(CopyLatest(), cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The scheduler posts them again in its next pass.
                PublishFailed(log, e);
            }
        }
    }

    public void Dispose() => _posted.Dispose();

    private List<WaitingReason> CopyLatest()
    {
        lock (_lock)
        {
            return [.. _latest.Values];
        }
    }

    private async Task PublishNewAsync(List<WaitingReason> reasons, CancellationToken cancellationToken)
    {
        foreach (var page in (await FindNewAsync(reasons, cancellationToken)).Chunk(PageSize))
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(_publishTimeout);
            await Task.WhenAll(page.Select(reason => PublishAsync(reason, timeout.Token)));
            await RecordAsync(page, cancellationToken);
        }
    }

    private Task PublishAsync(WaitingReason reason, CancellationToken cancellationToken) =>
        bus.Publish(
            new PlacementWaitingMessage
            {
                JobId = reason.JobId,
                Attempt = reason.Attempt,
                Reason = reason.Reason,
            },
            context => context.CorrelationId = reason.JobId,
            cancellationToken
        );

    /// <summary>
    /// Reasons of waiting requests that differ from the published ones; a changed one only after a delay.
    /// </summary>
    private async Task<List<WaitingReason>> FindNewAsync(
        List<WaitingReason> reasons,
        CancellationToken cancellationToken
    )
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select n.job_id, n.attempt, n.reason
            from unnest($1::uuid[], $2::int[], $3::varchar[]) with ordinality as n (job_id, attempt, reason, place)
            join placement_request w on w.job_id = n.job_id and w.attempt = n.attempt
            left join placement_reason t on t.job_id = n.job_id
            where t.job_id is null or t.attempt <> n.attempt or (t.reason <> n.reason and t.published_at <= $4)
            order by n.place
            """,
            reasons.Select(reason => reason.JobId).ToArray(),
            reasons.Select(reason => reason.Attempt).ToArray(),
            reasons.Select(reason => reason.Reason).ToArray(),
            clock.GetUtcNow() - TimeSpan.FromSeconds(options.Value.ReasonSeconds)
        );
        var found = new List<WaitingReason>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new WaitingReason(reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2)));
        }

        return found;
    }

    private async Task RecordAsync(WaitingReason[] reasons, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            insert into placement_reason (job_id, attempt, reason, published_at)
            select n.job_id, n.attempt, n.reason, $4
            from unnest($1::uuid[], $2::int[], $3::varchar[]) as n (job_id, attempt, reason)
            join placement_request w on w.job_id = n.job_id and w.attempt = n.attempt
            on conflict (job_id) do update
              set attempt = excluded.attempt, reason = excluded.reason, published_at = excluded.published_at
            """,
            reasons.Select(reason => reason.JobId).ToArray(),
            reasons.Select(reason => reason.Attempt).ToArray(),
            reasons.Select(reason => reason.Reason).ToArray(),
            clock.GetUtcNow()
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Warning, "Publishing the waiting reasons failed; retrying")]
    private static partial void PublishFailed(ILogger log, Exception exception);
}
