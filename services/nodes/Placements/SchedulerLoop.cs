using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.EventStore;
using Platform.Nodes.Leading;

namespace Platform.Nodes.Placements;

/// <summary>
/// Runs a scheduling pass whenever something changed. Only the leader runs it; see <see cref="Leadership"/>. A pass reads the
/// beginning of the queue and the first requests of each class, so that it costs the same however many wait.
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
    private const int ParallelGrants = 4;

    /// <summary>Runs until it is stopped or another leader has taken over.</summary>
    /// <exception cref="PostgresException">
    /// <see cref="Leadership.Superseded"/>: this leader's term has ended.
    /// </exception>
    public async Task RunAsync(long term, CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = options.Value.Poll;
            try
            {
                pause = await PassAsync(term, cancellationToken);
            }
            catch (Exception e)
                when (e is not (OperationCanceledException or PostgresException { SqlState: Leadership.Superseded }))
            {
                PassFailed(log, e);
            }

            await signal.WaitAsync(pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <returns>How long to wait for a signal before the next pass.</returns>
    private async Task<TimeSpan> PassAsync(long term, CancellationToken cancellationToken)
    {
        var cluster = await tables.ReadClusterAsync(clock.GetUtcNow(), cancellationToken);
        // The time after reading: what was read may be a moment old, but nothing of it lies in the future.
        var result = Scheduler.Place(cluster.Nodes, cluster.Leases, cluster.Waiting, clock.GetUtcNow());
        await Parallel.ForEachAsync(
            result.Grants,
            new ParallelOptions { MaxDegreeOfParallelism = ParallelGrants, CancellationToken = cancellationToken },
            async (grant, ct) => await GrantAsync(grant, term, ct)
        );
        reasons.Post(result.Reasons, result.ClassReasons);
        if (MayGrantMore(result))
        {
            return TimeSpan.Zero;
        }

        var poll = options.Value.Poll;
        var due = cluster.NextDue - clock.GetUtcNow();
        return due < poll ? TimeSpan.FromTicks(Math.Max(0, due.Value.Ticks)) : poll;
    }

    /// <summary>True when all requests of a class that were read were granted, so that more of it may fit.</summary>
    private static bool MayGrantMore(SchedulerResult result) =>
        result
            .Grants.CountBy(grant => grant.Request.Class)
            .Any(granted => granted.Value >= PlacementTables.FirstOfClass);

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
