using System.Collections.Concurrent;
using Npgsql;
using Platform.EventStore;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Metrics;

/// <summary>The result of logging points.</summary>
/// <param name="Received">How many points the request had.</param>
/// <param name="Stored">How many were new; the others were already stored.</param>
/// <param name="Batch">The run's batch number afterwards; live streams resume from it.</param>
internal sealed record LoggedPoints(int Received, int Stored, long Batch);

/// <summary>What became of a request to log points: they are stored, or fenced, or there is no such run.</summary>
/// <param name="Points">What was stored; null when nothing may be.</param>
/// <param name="IsFenced">The run's job has a later attempt than the one that sent them.</param>
internal readonly record struct LogOutcome(LoggedPoints? Points, bool IsFenced = false);

/// <summary>
/// Stores the points of requests that wait at the same time together: one transaction, and for each run one batch. While fewer than two
/// groups are in flight a request is stored at once; those that arrive meanwhile follow together when one ends.
/// </summary>
/// <remarks>
/// When the server refuses a group, all of it is rolled back and each request goes alone, so that only the one at fault fails. Requests
/// for one run are never in two groups at once.
/// </remarks>
internal sealed class MetricWriter(TrackingStore store, RunSignals signals, TrackingCounters counters)
{
    // One waits for the disk while the server works on the other; more only make the groups smaller.
    private const int MaxGroups = 2;
    private const int MaxRequests = 256;
    private const int MaxPoints = 50_000;
    private const int MaxKnownStages = 10_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<Member> _waiting = [];
    private readonly HashSet<string> _inFlight = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _stages = new(StringComparer.Ordinal);
    private int _groups;

    /// <summary>Stores points; returns when they are committed.</summary>
    /// <param name="attempt">The attempt of the run's job that sent them; null when they are not from a job.</param>
    /// <param name="cancellationToken">Takes the request back while it waits; once sent, it may be stored all the same.</param>
    public async Task<LogOutcome> WriteAsync(
        string runId,
        MetricPoints points,
        int? attempt,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var member = new Member(runId, points, attempt);
        if (Enqueue(member))
        {
            // The groups after the first are not part of what this caller does.
            using (ExecutionContext.SuppressFlow())
            {
                _ = StoreAllAsync();
            }
        }

        try
        {
            return await member.Outcome.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                _waiting.Remove(member);
            }

            throw;
        }
    }

    /// <returns>Whether the caller has to store groups.</returns>
    private bool Enqueue(Member member)
    {
        lock (_gate)
        {
            _waiting.AddLast(member);
            if (_groups == MaxGroups)
            {
                return false;
            }

            _groups++;
            return true;
        }
    }

    private async Task StoreAllAsync()
    {
        for (List<Member> group = []; ; )
        {
            // Callers that are ready to log, such as those that just got their answer, join the next group.
            await Task.Yield();
            group = TakeGroup(completed: group);
            if (group.Count == 0)
            {
                return;
            }

            await StoreAsync(group);
        }
    }

    /// <returns>Those that can go together, longest waiting first; with none the storing ends.</returns>
    private List<Member> TakeGroup(List<Member> completed)
    {
        lock (_gate)
        {
            _inFlight.ExceptWith(completed.Select(member => member.RunId));
            var attempts = new Dictionary<string, int?>(StringComparer.Ordinal);
            var group = new List<Member>();
            var points = 0;
            for (var node = _waiting.First; node is not null && group.Count < MaxRequests; )
            {
                var (member, next) = (node.Value, node.Next);
                if (points > 0 && points + member.Points.Count > MaxPoints)
                {
                    break;
                }

                // Of one run, those of one attempt go together: another's may have to be refused.
                var isTaken = attempts.TryGetValue(member.RunId, out var attempt)
                    ? attempt == member.Attempt
                    : _inFlight.Add(member.RunId);
                if (isTaken)
                {
                    attempts.TryAdd(member.RunId, member.Attempt);
                    group.Add(member);
                    points += member.Points.Count;
                    _waiting.Remove(node);
                }

                node = next;
            }

            _groups -= group.Count == 0 ? 1 : 0;
            return group;
        }
    }

    private async Task StoreAsync(List<Member> group)
    {
        try
        {
            if (!await TryStoreAsync(group))
            {
                foreach (var run in group.GroupBy(member => member.RunId, StringComparer.Ordinal))
                {
                    await StoreAsync([.. run]);
                }
            }
        }
        catch (Exception e) when (group.Count > 1 && IsRolledBack(e))
        {
            foreach (var member in group)
            {
                await StoreAsync([member]);
            }
        }
        catch (Exception e)
        {
            group.ForEach(member => member.Fail(e));
        }
    }

    /// <returns>False when nothing is stored, as its runs have to go each alone.</returns>
    private async Task<bool> TryStoreAsync(List<Member> group)
    {
        var members = group
            .GroupBy(member => member.RunId, StringComparer.Ordinal)
            .Select(run => run.ToList())
            .ToList();
        var runs = members.ConvertAll(run => new RunPoints(
            run[0].RunId,
            run[0].Attempt,
            run.ConvertAll(member => member.Points)
        ));
        var stages = await StagesAsync(group.SelectMany(member => member.Points.Stages));
        LogOutcome[]? outcomes;
        await using (var connection = await store.DataSource.OpenConnectionAsync())
        {
            outcomes = await new MetricTransaction(connection, CancellationToken.None).ExecuteAsync(runs, stages);
        }

        if (outcomes is null)
        {
            return false;
        }

        foreach (var run in runs.Where(run => run.StoredCount > 0))
        {
            signals.Raise(run.RunId);
            counters.PointsStored(run.StoredCount);
        }

        foreach (var (member, outcome) in members.SelectMany(run => run).Zip(outcomes))
        {
            member.Complete(outcome);
        }

        return true;
    }

    /// <summary>
    /// The ids of stages. Outside the transaction, because all runs share stages and their writers must not wait for each other.
    /// </summary>
    private async Task<IReadOnlyDictionary<string, int>> StagesAsync(IEnumerable<string> names)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var unknown = new List<string>();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (_stages.TryGetValue(name, out var id))
            {
                ids.Add(name, id);
            }
            else
            {
                unknown.Add(name);
            }
        }

        if (unknown.Count == 0)
        {
            return ids;
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            insert into metric_stage (name) select u.name from unnest($1) u(name)
            where not exists (select from metric_stage s where s.name = u.name) on conflict do nothing
            """,
            unknown
        );
        batch.Add("select name, id from metric_stage where name = any($1)", unknown);
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetString(0), reader.GetInt32(1));
            if (_stages.Count < MaxKnownStages)
            {
                _stages.TryAdd(reader.GetString(0), reader.GetInt32(1));
            }
        }

        return ids;
    }

    /// <summary>An error of the server's; after any other it is unknown what was committed.</summary>
    private static bool IsRolledBack(Exception exception) =>
        exception is (not NpgsqlException) or PostgresException { InvariantSeverity: "ERROR" };

    private sealed class Member(string runId, MetricPoints points, int? attempt)
    {
        private readonly TaskCompletionSource<LogOutcome> _outcome = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        public string RunId => runId;

        public MetricPoints Points => points;

        public int? Attempt => attempt;

        public Task<LogOutcome> Outcome => _outcome.Task;

        public void Complete(LogOutcome outcome) => _outcome.SetResult(outcome);

        public void Fail(Exception exception) => _outcome.SetException(exception);
    }
}
