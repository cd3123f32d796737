using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.EventStore;
using Platform.Nodes.Leading;

namespace Platform.Nodes.Placements;

/// <summary>
/// Runs a scheduling pass whenever something changed. Only the leader runs it; see <see cref="Leadership"/>.
/// </summary>
internal sealed partial class SchedulerLoop(
    NodesStore store,
    PlacementTables tables,
    SchedulerSignal signal,
    WaitingReasons reasons,
    IOptions<NodesOptions> options,
    TimeProvider clock,
    ILogger<SchedulerLoop> log
)
{
    /// <summary>How many requests are read at first; more are read only while capacity is free.</summary>
    private const int FirstPage = 200;

    private const int ParallelGrants = 4;

    /// <summary>Runs until it is stopped or another leader has taken over.</summary>
    /// <exception cref="PostgresException">
    /// <see cref="Leadership.Superseded"/>: this leader's term has ended.
    /// </exception>
    public async Task RunAsync(long term, CancellationToken cancellationToken)
    {
        var poll = options.Value.Poll;
        var wholeQueueDue = clock.GetUtcNow();
        while (true)
        {
            var pause = poll;
            try
            {
                var now = clock.GetUtcNow();
                var wholeQueue = now >= wholeQueueDue;
                if (wholeQueue)
                {
                    wholeQueueDue = now + poll;
                }

                pause = await PassAsync(term, wholeQueue, cancellationToken);
            }
            catch (Exception e)
                when (e is not (OperationCanceledException or PostgresException { SqlState: Leadership.Superseded }))
            {
                PassFailed(log, e);
            }

            await signal.WaitAsync(pause, cancellationToken);
        }
    }

    /// <returns>How long to wait for a signal before the next pass.</returns>
    private async Task<TimeSpan> PassAsync(long term, bool wholeQueue, CancellationToken cancellationToken)
    {
        var limit = wholeQueue ? int.MaxValue : FirstPage;
        ClusterState cluster;
        SchedulerResult result;
        while (true)
        {
            cluster = await tables.ReadClusterAsync(limit, cancellationToken);
            result = Scheduler.Place(cluster.Nodes, cluster.Leases, cluster.Waiting, clock.GetUtcNow());
            if (cluster.IsComplete || !result.HasFreeCapacity)
            {
                break;
            }

            limit *= 4;
        }

        await Parallel.ForEachAsync(
            result.Grants,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelGrants, CancellationToken = cancellationToken },
            async (grant, ct) => await GrantAsync(grant, term, ct)
        );
        reasons.Post(result.Reasons, cluster.IsComplete);

        var poll = options.Value.Poll;
        var due = result.NextDue - clock.GetUtcNow();
        return due < poll ? TimeSpan.FromTicks(Math.Max(0, due.Value.Ticks)) : poll;
    }

    /// <summary>
    /// Appends at the version at which the request was read. Its state is <see cref="Placement.Waiting"/>, so nothing
    /// has to be loaded.
    /// </summary>
    private async Task GrantAsync(SchedulerGrant grant, long term, CancellationToken cancellationToken)
    {
        var (request, node) = (grant.Request, grant.Node);
        var decision = Placement.Decide(
            Placement.Waiting(request.Attempt),
            new GrantPlacement(request.Attempt, [node]),
            clock.GetUtcNow()
        );
        if (decision is not Decision<PlacementEvent>.Accepted accepted)
        {
            return;
        }

        try
        {
            await store.AppendAsync(
                request.JobId.ToString(),
                Placement.Decider.StreamType,
                ExpectedVersion.Exactly(request.Version),
                accepted.Events,
                BackgroundMetadata.Of(request.JobId, string.Create(CultureInfo.InvariantCulture, $"scheduler-{term}")),
                batch =>
                {
                    batch.Add("select scheduler_term_check($1)", term);
                    batch.Add("delete from placement_reason where job_id = $1", request.JobId);
                },
                cancellationToken
            );
        }
        catch (StreamVersionConflictException)
        {
            // It was released or requested again in the meantime; the next pass reads the new state.
            signal.Raise();
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The scheduling pass failed; retrying")]
    private static partial void PassFailed(ILogger log, Exception exception);
}
