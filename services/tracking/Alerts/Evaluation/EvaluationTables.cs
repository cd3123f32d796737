using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;

namespace Platform.Tracking.Alerts.Evaluation;

/// <summary>
/// How far a rule has looked at a run, and what it remembers of its series. Neither events nor a read model: a rebuild keeps them, as it
/// keeps the points.
/// </summary>
internal static class EvaluationTables
{
    public static readonly Migration Migration = new(
        "043_alert_series",
        """
        -- Up to which batch a revision of a rule has looked at all series of a run.
        create table alert_cursor (
          rule_id uuid not null,
          revision int not null,
          run_id text not null,
          batch bigint not null,
          primary key (run_id, rule_id, revision)) with (fillfactor = 70);
        -- What it remembers of one, and up to which batch it looked at that: points that it has seen change nothing.
        create table alert_series (
          rule_id uuid not null,
          revision int not null,
          run_id text not null,
          key text not null,
          -- Counts the changes: whoever read another one may not write.
          change bigint not null,
          batch bigint not null,
          due_at timestamptz,
          state jsonb not null,
          primary key (run_id, rule_id, revision, key)) with (fillfactor = 70);
        create index alert_series_due on alert_series (due_at) where due_at is not null;
        """
    );

    /// <summary>The present revision of the rule <c>$1</c> begins after what its runs have; what earlier ones knew is forgotten.</summary>
    public const string BeginSql = """
        with rule as (select id, revision, project from alert_rule where id = $1 and watch = 'metric'),
          cursors as (delete from alert_cursor c using rule where c.rule_id = rule.id and c.revision < rule.revision),
          series as (delete from alert_series s using rule where s.rule_id = rule.id and s.revision < rule.revision)
        insert into alert_cursor (rule_id, revision, run_id, batch)
        select rule.id, rule.revision, r.id, coalesce(m.batch, 0)
        from rule
        join run r on r.ended_at is null
          and (r.project collate "C" = rule.project
            or r.project collate "C" >= rule.project || '/' and r.project collate "C" < rule.project || '0')
        left join metric_run m on m.run_id = r.id
        on conflict (run_id, rule_id, revision) do nothing
        """;

    /// <summary>Forgets a purged run.</summary>
    public const string DeleteOfRunSql = """
        with cursors as (delete from alert_cursor where run_id = $1) delete from alert_series where run_id = $1
        """;

    /// <summary>Stores what is remembered of a series; refused when somebody else has changed it, as null is.</summary>
    public static void AddState(NpgsqlBatch batch, WatchedSeries series, long lastBatch, AlertEvaluation evaluation) =>
        batch.Add(
            """
            insert into alert_series as s (run_id, rule_id, revision, key, change, batch, due_at, state)
            values ($1, $2, $3, $4, 1, $6, $7, $8)
            on conflict (run_id, rule_id, revision, key) do update
            set change = case when s.change = $5 then s.change + 1 end, batch = excluded.batch, due_at = excluded.due_at,
              state = excluded.state
            """,
            series.RunId,
            series.RuleId,
            series.Revision,
            series.Key,
            series.Change,
            lastBatch,
            SqlParameters.Of(evaluation.DueAt, NpgsqlDbType.TimestampTz),
            new NpgsqlParameter { Value = StateOf(evaluation), NpgsqlDbType = NpgsqlDbType.Jsonb }
        );

    /// <summary>Stores what is remembered of series of one run in which nothing was found; those that somebody else has changed stay as they are.</summary>
    public static void AddStates(NpgsqlBatch batch, WatchedRun run, IReadOnlyList<SeriesLook> looks) =>
        batch.Add(
            """
            insert into alert_series as s (run_id, rule_id, revision, key, change, batch, due_at, state)
            select $1, $2, $3, u.key, u.change + 1, u.batch, u.due_at, u.state::jsonb
            from unnest($4::text[], $5::bigint[], $6::bigint[], $7::timestamptz[], $8::text[]) u(key, change, batch, due_at, state)
            order by u.key
            on conflict (run_id, rule_id, revision, key) do update
            set change = excluded.change, batch = excluded.batch, due_at = excluded.due_at, state = excluded.state
            where s.change = excluded.change - 1
            """,
            run.RunId,
            run.RuleId,
            run.Revision,
            looks.Select(look => look.Series.Key).ToArray(),
            looks.Select(look => look.Series.Change).ToArray(),
            looks.Select(look => look.Last).ToArray(),
            looks.Select(look => look.Evaluation.DueAt).ToArray(),
            looks.Select(look => StateOf(look.Evaluation)).ToArray()
        );

    private static string StateOf(AlertEvaluation evaluation) =>
        JsonSerializer.Serialize(evaluation.State, TrackingJson.Default.WatchState);

    /// <summary>The alert of a run that has ended is resolved: should the run continue, it may fire again.</summary>
    public static void AddQuiet(NpgsqlBatch batch, Guid ruleId, string runId, string key) =>
        batch.Add(
            """
            update alert_series set change = change + 1, state = state || '{"isFiring": false, "streak": 0}'
            where run_id = $1 and rule_id = $2 and key = $3
            """,
            runId,
            ruleId,
            key
        );
}

/// <summary>A series after new points, or the time, were looked at.</summary>
/// <param name="Last">The last batch that was looked at.</param>
internal sealed record SeriesLook(
    WatchedSeries Series,
    long Last,
    AlertEvaluation Evaluation,
    IReadOnlyList<SeriesTransition> Transitions
);

/// <summary>A series that a rule looks at.</summary>
/// <param name="Change">How often what is remembered has changed; 0 when nothing is.</param>
/// <param name="Batch">The last batch that was looked at.</param>
internal sealed record WatchedSeries(
    Guid RuleId,
    int Revision,
    string RunId,
    string Key,
    long Change,
    long Batch,
    WatchState State
);
