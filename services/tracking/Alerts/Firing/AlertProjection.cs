using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;

namespace Platform.Tracking.Alerts.Firing;

/// <summary>The read model of alerts; inline, so that what fires is never in two states.</summary>
internal sealed class AlertProjection : SqlProjection
{
    public static readonly Migration Migration = new(
        "041_alert",
        """
        create table alert (
          id uuid primary key,
          series uuid not null,
          number int not null,
          rule_id uuid not null,
          revision int not null,
          rule_name text not null,
          project text,
          watch text not null,
          condition text not null,
          subject_id text not null,
          subject_name text not null,
          metric text,
          threshold float8,
          consecutive int,
          seconds int,
          points int,
          value float8,
          step bigint,
          state text not null,
          fired_at timestamptz not null,
          resolved_at timestamptz,
          resolved_value float8,
          resolved_step bigint,
          cause text);
        create index alert_fired on alert (fired_at, id);
        create index alert_firing on alert (rule_id) where state = 'firing';
        create index alert_of_rule on alert (rule_id, fired_at, id);
        create index alert_project on alert (project collate "C", fired_at, id);
        create index alert_subject on alert (subject_id, fired_at, id);
        -- What users have put aside: a row of theirs each, and no read model.
        create table alert_dismissal (
          subject text not null,
          alert_id uuid not null,
          at timestamptz not null,
          primary key (subject, alert_id));
        create index alert_dismissal_alert on alert_dismissal (alert_id);
        """
    );

    public override string Name => "alert:v1";

    public override IReadOnlyList<string> Tables => ["alert"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        switch (stored.Data)
        {
            case AlertFired { Subject: var subject } e:
                batch.Add(
                    """
                    insert into alert (id, series, number, rule_id, revision, rule_name, project, watch, condition, subject_id,
                      subject_name, metric, threshold, consecutive, seconds, points, value, step, state, fired_at)
                    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'firing', $19)
                    """,
                    e.AlertId,
                    Guid.Parse(stored.StreamId),
                    e.Number,
                    subject.RuleId,
                    subject.Revision,
                    subject.RuleName,
                    SqlParameters.Of(subject.Project, NpgsqlDbType.Text),
                    subject.Watch,
                    subject.Condition,
                    subject.Id,
                    subject.Name,
                    SqlParameters.Of(subject.Metric, NpgsqlDbType.Text),
                    SqlParameters.Of(subject.Threshold, NpgsqlDbType.Double),
                    SqlParameters.Of(subject.Consecutive, NpgsqlDbType.Integer),
                    SqlParameters.Of(subject.Seconds, NpgsqlDbType.Integer),
                    SqlParameters.Of(subject.Points, NpgsqlDbType.Integer),
                    SqlParameters.Of(e.Value, NpgsqlDbType.Double),
                    SqlParameters.Of(e.Step, NpgsqlDbType.Bigint),
                    e.At.ToUniversalTime()
                );
                return;
            case AlertResolved e:
                batch.Add(
                    """
                    update alert set state = 'resolved', resolved_at = $2, resolved_value = $3, resolved_step = $4, cause = $5
                    where id = $1
                    """,
                    e.AlertId,
                    e.At.ToUniversalTime(),
                    SqlParameters.Of(e.Value, NpgsqlDbType.Double),
                    SqlParameters.Of(e.Step, NpgsqlDbType.Bigint),
                    e.Cause
                );
                return;
        }
    }
}
