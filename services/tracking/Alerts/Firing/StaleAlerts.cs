using Platform.Tracking.Alerts.Evaluation;
using Platform.Tracking.Alerts.Rules;
using Platform.Tracking.Alerts.Watching;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>
/// Resolves alerts that nothing stands for any more: their rule was changed, paused or deleted, their run has ended, or their run or job
/// is gone.
/// </summary>
internal sealed partial class StaleAlerts(TrackingStore store, AlertWriter alerts, ILogger<StaleAlerts> logger)
{
    private const int Step = 400;

    /// <summary>Resolves some, oldest first.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> ResolveAsync(CancellationToken cancellationToken)
    {
        var found = await FindAsync(cancellationToken);
        var resolved = 0;
        await Parallel.ForEachAsync(
            found,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = AlertWriter.Parallelism,
                CancellationToken = cancellationToken,
            },
            async (alert, token) =>
            {
                try
                {
                    if (await ResolveAsync(alert, token))
                    {
                        Interlocked.Increment(ref resolved);
                    }
                }
                catch (Exception exception) when (!token.IsCancellationRequested)
                {
                    LogFailed(logger, alert.Id, exception);
                }
            }
        );
        return found.Count == Step && resolved > 0;
    }

    private Task<bool> ResolveAsync(StaleAlert alert, CancellationToken cancellationToken) =>
        alerts.WriteAsync(
            alert.Series,
            [new ResolveAlert(alert.Cause, AlertId: alert.Id)],
            [],
            alert is { Cause: AlertCauses.RunEnded or AlertCauses.Gone, Metric: { } metric }
                ? batch => EvaluationTables.AddQuiet(batch, alert.RuleId, alert.SubjectId, metric)
                : null,
            cancellationToken
        );

    private async Task<List<StaleAlert>> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select f.id, f.series, f.cause, f.rule_id, f.subject_id, f.metric from (
              select a.id, a.series, a.rule_id, a.subject_id, a.metric, a.fired_at, case
                when r.id is null then '{AlertCauses.RuleDeleted}'
                when r.state <> '{RuleWords.Active}' then '{AlertCauses.RulePaused}'
                when r.revision <> a.revision then '{AlertCauses.RuleChanged}'
                when j.stage = {(int)JobStage.Gone} then '{AlertCauses.Gone}'
                when a.watch <> '{RuleWords.Metric}' then null
                when n.id is null then '{AlertCauses.Gone}'
                when n.ended_at is not null then '{AlertCauses.RunEnded}'
              end as cause
              from alert a
              left join alert_rule r on r.id = a.rule_id
              left join run n on a.watch = '{RuleWords.Metric}' and n.id = a.subject_id
              left join alert_job j on j.job_id = case a.watch when '{RuleWords.Job}' then a.subject_id::uuid end
              where a.state = 'firing') f
            where f.cause is not null order by f.fired_at limit {Step}
            """
        );
        var found = new List<StaleAlert>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(
                new StaleAlert(
                    reader.GetGuid(0),
                    reader.GetGuid(1),
                    reader.GetString(2),
                    reader.GetGuid(3),
                    reader.GetString(4),
                    await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetString(5)
                )
            );
        }

        return found;
    }

    [LoggerMessage(1, LogLevel.Warning, "Resolving alert {AlertId} failed; the others go on")]
    private static partial void LogFailed(ILogger logger, Guid alertId, Exception exception);

    private sealed record StaleAlert(Guid Id, Guid Series, string Cause, Guid RuleId, string SubjectId, string? Metric);
}
