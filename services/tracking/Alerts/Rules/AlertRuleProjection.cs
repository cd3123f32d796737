using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Alerts.Rules;

/// <summary>
/// The read model of rules; inline, so that clients see their own writes. A revision ends with each change of what a rule finds, and what
/// is known of its series belongs to one.
/// </summary>
internal sealed class AlertRuleProjection : SqlProjection
{
    public static readonly Migration Migration = new(
        "040_alert_rule",
        """
        create table alert_rule (
          id uuid primary key,
          name text not null,
          search_name text not null,
          project text,
          watch text not null,
          condition text not null,
          spec jsonb not null,
          state text not null,
          revision int not null default 1,
          -- Since when this revision looks at what comes.
          since timestamptz not null,
          created_at timestamptz not null,
          created_by text,
          changed_at timestamptz not null,
          version bigint not null);
        create index alert_rule_created on alert_rule (created_at, id);
        create index alert_rule_name on alert_rule (name, id);
        create index alert_rule_watch on alert_rule (watch, state);
        """
    );

    public override string Name => "alert_rule:v1";

    public override IReadOnlyList<string> Tables => ["alert_rule"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        if (stored.Data is not AlertRuleEvent data)
        {
            return;
        }

        var (id, at) = (Guid.Parse(stored.StreamId), data.At.ToUniversalTime());
        switch (data)
        {
            case AlertRuleCreated { Spec: var spec }:
                batch.Add(
                    """
                    insert into alert_rule (id, name, search_name, project, watch, condition, spec, state, since, created_at,
                      created_by, changed_at, version)
                    values ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $8, $9, $8, $10)
                    """,
                    id,
                    spec.Name,
                    TextIndex.Fold(spec.Name),
                    spec.Project,
                    spec.Watch,
                    spec.Condition,
                    Json(spec),
                    at,
                    stored.Metadata.Headers?.GetValueOrDefault(StoredEvent.ActorHeader),
                    stored.Version
                );
                return;
            case AlertRuleChanged { Spec: var spec } e:
                batch.Add(
                    """
                    update alert_rule set name = $4, search_name = $5, project = $6, watch = $7, condition = $8, spec = $9,
                      revision = revision + $10, since = case when $10 = 1 then $2 else since end, changed_at = $2, version = $3
                    where id = $1
                    """,
                    id,
                    at,
                    stored.Version,
                    spec.Name,
                    TextIndex.Fold(spec.Name),
                    spec.Project,
                    spec.Watch,
                    spec.Condition,
                    Json(spec),
                    e.BeginsAgain ? 1 : 0
                );
                return;
            case AlertRulePaused:
                Update("state = 'paused'");
                return;
            case AlertRuleResumed:
                Update("state = 'active', revision = revision + 1, since = $2");
                return;
            case AlertRuleDeleted:
                batch.Add("delete from alert_rule where id = $1", id);
                return;
        }

        void Update(string assignment) =>
            batch.Add(
                $"update alert_rule set {assignment}, changed_at = $2, version = $3 where id = $1",
                id,
                at,
                stored.Version
            );
    }

    private static NpgsqlParameter Json(RuleSpec spec) =>
        new()
        {
            Value = JsonSerializer.Serialize(spec, TrackingJson.Default.RuleSpec),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        };
}
