using System.IO.Enumeration;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Live;

namespace Platform.Tracking.Alerts.Evaluation;

/// <summary>What became of a look at runs.</summary>
/// <param name="Again">Runs of which something is left, or at which somebody else looked at the same time.</param>
/// <param name="Failed">Runs that could not be looked at.</param>
internal sealed record MetricsLook(IReadOnlySet<string> Again, IReadOnlySet<string> Failed);

/// <summary>
/// Looks at new points of the series that rules name, after they are stored. What is found and what is remembered of a series are one
/// transaction; a run's cursor follows, so that after a crash some points are read again and change nothing. A look takes a share of
/// what a rule has to look at in a run: the rest waits for the next, so that no run keeps the others waiting.
/// </summary>
internal sealed partial class MetricEvaluator(
    TrackingStore store,
    WatchedRuns watched,
    LiveReader points,
    AlertWriter alerts,
    ILogger<MetricEvaluator> logger
)
{
    /// <summary>At how many series a look for a rule looks in a run.</summary>
    private const int ManySeries = 2000;

    /// <summary>In how many series it raises or resolves alerts.</summary>
    private const int ManyFound = 200;

    /// <summary>Looks at runs.</summary>
    /// <param name="runs">Only these; null for all that have points since a time.</param>
    public async Task<MetricsLook> EvaluateAsync(
        IReadOnlyList<string>? runs,
        DateTimeOffset since,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var look = (
            Again: new HashSet<string>(StringComparer.Ordinal),
            Failed: new HashSet<string>(StringComparer.Ordinal)
        );
        var found = await watched.FindAsync(runs, since, now, cancellationToken);
        foreach (var rule in found.GroupBy(run => (run.RuleId, run.Revision)))
        {
            var all = rule.ToList();
            IReadOnlySet<string>? wanted = null;
            try
            {
                wanted = all[0].Spec.Filter is { } filter
                    ? await watched.FilterAsync(filter, all.ConvertAll(run => run.RunId), cancellationToken)
                    : null;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                LogRuleFailed(logger, rule.Key.RuleId, exception);
                look.Failed.UnionWith(all.Select(run => run.RunId));
                continue;
            }

            foreach (var run in all)
            {
                try
                {
                    var isWanted = wanted is null || wanted.Contains(run.RunId);
                    if (!await EvaluateAsync(run, isWanted, cancellationToken))
                    {
                        look.Again.Add(run.RunId);
                    }
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    LogRunFailed(logger, run.RunId, run.RuleId, exception);
                    look.Failed.Add(run.RunId);
                }
            }
        }

        return new MetricsLook(look.Again, look.Failed);
    }

    /// <summary>Looks at the time: series that have not got better for too long need no point to raise an alert.</summary>
    /// <returns>Whether there may be more whose time is up.</returns>
    public async Task<bool> EvaluateDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = await watched.FindDueAsync(now, ManyFound, cancellationToken);
        var raised = 0;
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = AlertWriter.Parallelism,
                CancellationToken = cancellationToken,
            },
            async (one, token) =>
            {
                var (run, series) = one;
                try
                {
                    var evaluation = new AlertEvaluation(MetricCondition.Of(run.Spec), series.State);
                    if (
                        evaluation.Wait(now.UtcDateTime) is { } transition
                        && await RaiseAsync(run, new SeriesLook(series, series.Batch, evaluation, [transition]), token)
                    )
                    {
                        Interlocked.Increment(ref raised);
                    }
                }
                catch (Exception exception) when (!token.IsCancellationRequested)
                {
                    LogRunFailed(logger, run.RunId, run.RuleId, exception);
                }
            }
        );
        return due.Count == ManyFound && raised > 0;
    }

    /// <returns>False when something is left.</returns>
    private async Task<bool> EvaluateAsync(WatchedRun run, bool isWanted, CancellationToken cancellationToken)
    {
        if (!isWanted || run.After >= run.Newest || await KeysAsync(run, cancellationToken) is not { Count: > 0 } keys)
        {
            await watched.MoveAsync(run, run.Newest, cancellationToken);
            return true;
        }

        var window = await points.WindowAsync(run.RunId, [.. keys], run.After, run.Newest, cancellationToken);
        var batches = await watched.BatchesAsync(run, cancellationToken);
        // Those that waited for the longest come first.
        var due = window
            .Keys.Where(key => batches.GetValueOrDefault(key) < window.Last)
            .OrderBy(key => batches.GetValueOrDefault(key))
            .ToList();
        string[] share = [.. due.Take(ManySeries)];
        if (!await EvaluateAsync(run, share, window.Last, cancellationToken) || share.Length < due.Count)
        {
            return false;
        }

        await watched.MoveAsync(run, window.Last, cancellationToken);
        return window.Last >= run.Newest;
    }

    /// <returns>False when something is left of these series until a batch.</returns>
    private async Task<bool> EvaluateAsync(
        WatchedRun run,
        string[] keys,
        long last,
        CancellationToken cancellationToken
    )
    {
        if (keys.Length == 0)
        {
            return true;
        }

        var remembered = await watched.SeriesAsync(run, keys, cancellationToken);
        var next = await points.ReadAsync(run.RunId, keys, run.After, last, cancellationToken);
        var added = next.Points.ToLookup(point => point.Key, StringComparer.Ordinal);
        var looks = keys.Select(key =>
                LookAt(
                    run,
                    remembered.GetValueOrDefault(key)
                        ?? new(run.RuleId, run.Revision, run.RunId, key, 0, 0, WatchState.Initial),
                    added[key],
                    next.Last
                )
            )
            .ToLookup(look => look.Transitions.Count > 0);
        return await RememberAsync(run, [.. looks[false]], cancellationToken)
                & await RaiseAllAsync(run, [.. looks[true].Take(ManyFound)], cancellationToken)
            && !looks[true].Skip(ManyFound).Any()
            && next.Last >= last;
    }

    /// <summary>That a series has no points here is noted as well, so that it is not read again.</summary>
    private static SeriesLook LookAt(WatchedRun run, WatchedSeries series, IEnumerable<LivePoint> added, long last)
    {
        var evaluation = new AlertEvaluation(MetricCondition.Of(run.Spec), series.State);
        var transitions = evaluation.Add(
            added
                .Where(point => point.Batch > series.Batch)
                .Select(point => new WatchedPoint(point.Step, point.At, point.Value))
        );
        return new SeriesLook(series, Math.Max(last, series.Batch), evaluation, transitions);
    }

    /// <returns>False when somebody else was quicker with one.</returns>
    private async Task<bool> RememberAsync(
        WatchedRun run,
        IReadOnlyList<SeriesLook> looks,
        CancellationToken cancellationToken
    )
    {
        if (looks.Count == 0)
        {
            return true;
        }

        await using var batch = store.DataSource.CreateBatch();
        EvaluationTables.AddStates(batch, run, looks);
        return await batch.ExecuteNonQueryAsync(cancellationToken) == looks.Count;
    }

    /// <returns>False when somebody else was quicker with one.</returns>
    private async Task<bool> RaiseAllAsync(
        WatchedRun run,
        IReadOnlyList<SeriesLook> looks,
        CancellationToken cancellationToken
    )
    {
        var stored = 0;
        await Parallel.ForEachAsync(
            looks,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = AlertWriter.Parallelism,
                CancellationToken = cancellationToken,
            },
            async (look, token) =>
            {
                if (await RaiseAsync(run, look, token))
                {
                    Interlocked.Increment(ref stored);
                }
            }
        );
        return stored == looks.Count;
    }

    private Task<bool> RaiseAsync(WatchedRun run, SeriesLook look, CancellationToken cancellationToken)
    {
        var subject = run.SubjectOf(look.Series.Key);
        return alerts.WriteAsync(
            AlertSeries.IdOf(subject),
            [.. look.Transitions.Select(one => CommandOf(subject, one))],
            run.Spec.Destinations,
            batch => EvaluationTables.AddState(batch, look.Series, look.Last, look.Evaluation),
            cancellationToken
        );
    }

    private static AlertSeriesCommand CommandOf(AlertSubject subject, SeriesTransition transition) =>
        transition.Fires
            ? new FireAlert(subject, transition.Point?.Value, transition.Point?.Step)
            : new ResolveAlert(AlertCauses.Condition, transition.Point?.Value, transition.Point?.Step);

    private async Task<IReadOnlyList<string>> KeysAsync(WatchedRun run, CancellationToken cancellationToken)
    {
        var pattern = run.Spec.Metric!;
        return pattern.AsSpan().IndexOfAny('*', '?') < 0
            ? [pattern]
            : [.. (await watched.KeysAsync(run.RunId, cancellationToken)).Where(key => IsMatch(pattern, key))];
    }

    private static bool IsMatch(string pattern, string key) =>
        FileSystemName.MatchesSimpleExpression(pattern, key, ignoreCase: false);

    [LoggerMessage(1, LogLevel.Warning, "Looking at run {RunId} for alert rule {RuleId} failed; the others go on")]
    private static partial void LogRunFailed(ILogger logger, string runId, Guid ruleId, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Finding the runs of alert rule {RuleId} failed; the others go on")]
    private static partial void LogRuleFailed(ILogger logger, Guid ruleId, Exception exception);
}
