using Platform.Tracking.Alerts.Evaluation;
using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>Resolves alerts that nothing stands for any more: their rule was changed, paused or deleted, or their run has ended.</summary>
internal sealed class StaleAlerts(TrackingStore store, AlertWriter alerts)
{
    private const int Step = 200;

    public async Task ResolveAsync(CancellationToken cancellationToken)
    {
        foreach (var (series, cause, rule, subject, metric) in await FindAsync(cancellationToken))
        {
            await alerts.WriteAsync(
                series,
                [new ResolveAlert(cause)],
                [],
                cause is AlertCauses.RunEnded or AlertCauses.Gone && metric is not null
                    ? batch => EvaluationTables.AddQuiet(batch, rule, subject, metric)
                    : null,
                cancellationToken
            );
        }
    }

    private async Task<List<(Guid Series, string Cause, Guid Rule, string Subject, string? Metric)>> FindAsync(
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            select f.series, f.cause, f.rule_id, f.subject_id, f.metric from (
              select a.series, a.rule_id, a.subject_id, a.metric, a.fired_at, case
                when r.id is null then '{AlertCauses.RuleDeleted}'
                when r.state <> '{RuleWords.Active}' then '{AlertCauses.RulePaused}'
                when r.revision <> a.revision then '{AlertCauses.RuleChanged}'
                when a.watch <> '{RuleWords.Metric}' then null
                when n.id is null then '{AlertCauses.Gone}'
                when n.ended_at is not null then '{AlertCauses.RunEnded}'
              end as cause
              from alert a
              left join alert_rule r on r.id = a.rule_id
              left join run n on a.watch = '{RuleWords.Metric}' and n.id = a.subject_id
              where a.state = 'firing') f
            where f.cause is not null order by f.fired_at limit {Step}
            """
        );
        var found = new List<(Guid, string, Guid, string, string?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(
                (
                    reader.GetGuid(0),
                    reader.GetString(1),
                    reader.GetGuid(2),
                    reader.GetString(3),
                    await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetString(4)
                )
            );
        }

        return found;
    }
}
