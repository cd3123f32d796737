using System.IO.Enumeration;
using Npgsql;
using Platform.EventStore;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Live;

namespace Platform.Tracking.Alerts.Evaluation;

/// <summary>
/// Looks at new points of the series that rules name, after they are stored. What is found and what is remembered of a series are one
/// transaction; a run's cursor follows, so that after a crash some points are read again and change nothing.
/// </summary>
internal sealed class MetricEvaluator(TrackingStore store, WatchedRuns watched, LiveReader points, AlertWriter alerts)
{
    /// <summary>Looks at runs.</summary>
    /// <param name="runs">Only these; null for all that have points since a time.</param>
    /// <returns>The runs at which somebody else looked at the same time: they are to be looked at again.</returns>
    public async Task<IReadOnlyCollection<string>> EvaluateAsync(
        IReadOnlyList<string>? runs,
        DateTimeOffset since,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var again = new HashSet<string>(StringComparer.Ordinal);
        var found = await watched.FindAsync(runs, since, now, cancellationToken);
        foreach (var rule in found.GroupBy(run => (run.RuleId, run.Revision)))
        {
            var all = rule.ToList();
            var wanted = all[0].Spec.Filter is { } filter
                ? await watched.FilterAsync(filter, all.ConvertAll(run => run.RunId), cancellationToken)
                : null;
            foreach (var run in all)
            {
                if ((wanted is null || wanted.Contains(run.RunId)) && !await EvaluateAsync(run, cancellationToken))
                {
                    again.Add(run.RunId);
                    continue;
                }

                await watched.MoveAsync(run, cancellationToken);
            }
        }

        return again;
    }

    /// <summary>Looks at the time: series that have not got better for too long need no point to raise an alert.</summary>
    public async Task EvaluateDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var (run, series) in await watched.FindDueAsync(now, cancellationToken))
        {
            var evaluation = new AlertEvaluation(MetricCondition.Of(run.Spec), series.State);
            if (evaluation.Wait(now.UtcDateTime) is { } transition)
            {
                await StoreAsync(run, series, series.Batch, evaluation, [transition], cancellationToken);
            }
        }
    }

    private async Task<bool> EvaluateAsync(WatchedRun run, CancellationToken cancellationToken)
    {
        if (run.After >= run.Newest || await KeysAsync(run, cancellationToken) is not { Count: > 0 } keys)
        {
            return true;
        }

        var isWhole = true;
        for (var after = run.After; after < run.Newest; )
        {
            var next = await points.ReadAsync(run.RunId, [.. keys], after, run.Newest, cancellationToken);
            var remembered = await watched.SeriesAsync(run, cancellationToken);
            foreach (var series in next.Points.GroupBy(point => point.Key, StringComparer.Ordinal))
            {
                isWhole &= await EvaluateAsync(
                    run,
                    remembered.GetValueOrDefault(series.Key)
                        ?? new(run.RuleId, run.Revision, run.RunId, series.Key, 0, 0, WatchState.Initial),
                    series,
                    next.Last,
                    cancellationToken
                );
            }

            after = next.Last;
        }

        return isWhole;
    }

    private Task<bool> EvaluateAsync(
        WatchedRun run,
        WatchedSeries series,
        IEnumerable<LivePoint> added,
        long last,
        CancellationToken cancellationToken
    )
    {
        var evaluation = new AlertEvaluation(MetricCondition.Of(run.Spec), series.State);
        var transitions = evaluation.Add(
            added
                .Where(point => point.Batch > series.Batch)
                .Select(point => new WatchedPoint(point.Step, point.At, point.Value))
        );
        return StoreAsync(run, series, Math.Max(last, series.Batch), evaluation, transitions, cancellationToken);
    }

    private Task<bool> StoreAsync(
        WatchedRun run,
        WatchedSeries series,
        long last,
        AlertEvaluation evaluation,
        IReadOnlyList<SeriesTransition> transitions,
        CancellationToken cancellationToken
    )
    {
        var subject = run.SubjectOf(series.Key);
        SideEffects remember = batch => EvaluationTables.AddState(batch, series, last, evaluation);
        return transitions.Count == 0
            ? RememberAsync(remember, cancellationToken)
            : alerts.WriteAsync(
                AlertSeries.IdOf(subject),
                [.. transitions.Select(one => CommandOf(subject, one))],
                run.Spec.Destinations,
                remember,
                cancellationToken
            );
    }

    private async Task<bool> RememberAsync(SideEffects remember, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        remember(batch);
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException lost) when (lost.SqlState is PostgresErrorCodes.NotNullViolation)
        {
            return false;
        }
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
}
