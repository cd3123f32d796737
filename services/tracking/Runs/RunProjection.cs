using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Runs;

/// <summary>The read model of runs; inline, so that clients see their own writes.</summary>
internal sealed class RunProjection : SqlProjection
{
    public static readonly Migration Migration = new(
        "001_run",
        """
        create table run (
          id text primary key,
          project text,
          name text not null,
          status text not null,
          job_id uuid,
          parameters jsonb not null default '{}',
          tags jsonb not null default '{}',
          summary jsonb not null default '{}',
          primary_metric text,
          primary_mode text,
          created_at timestamptz not null,
          started_at timestamptz,
          ended_at timestamptz,
          updated_at timestamptz not null,
          version bigint not null);
        create index run_created on run (created_at, id);
        create index run_updated on run (updated_at, id);
        create index run_name on run (name, id);
        create index run_project on run (project text_pattern_ops, created_at);
        create index run_status on run (status, created_at);
        create index run_job on run (job_id) where job_id is not null;
        create index run_tags on run using gin (tags);
        """
    );

    public static readonly Migration AttemptMigration = new(
        "003_run_attempt",
        """
        -- The newest attempt of the run's job that is known of: processes of earlier ones add nothing any more.
        alter table run add column attempt int not null default 0;
        """
    );

    public static readonly Migration ListMigration = new(
        "007_list",
        $"""
        {TextIndex.Sql("run_search", "run", "name")}
        create index run_id_begin on run (lower(id) text_pattern_ops);
        create index run_id_end on run (reverse(lower(id)) text_pattern_ops);
        drop index run_project;
        create index run_project on run (project collate "C", created_at, id);
        create index run_sorted_by_project on run (coalesce(project, ''), id);
        drop index run_status;
        create index run_status on run (status, created_at, id);
        create index run_sorted_by_status on run (status, id);
        {ListCounts.Sql("run", ("project", "text"), ("status", "text"))}
        """
    );

    public static readonly Migration EndMigration = new(
        "006_no_end_before_its_start",
        "update run set ended_at = started_at where ended_at < started_at;"
    );

    public static readonly Migration DeletionMigration = new(
        "008_deletion",
        $"""
        alter table run
          add column deleted_at timestamptz,
          add column deleted_by text,
          add column delete_reason text,
          add column is_deleted boolean not null generated always as (deleted_at is not null) stored;
        create index run_deleted on run (created_at, id) where is_deleted;
        {ListCounts.DropSql("run")}
        {ListCounts.Sql("run", ("is_deleted", "boolean"), ("project", "text"), ("status", "text"))}
        """
    );

    public static readonly Migration SearchMigration = new(
        "012_search",
        TextIndex.ColumnWithIndexSql("run_search", "run", "search_name", "name")
    );

    public static readonly Migration DetailsMigration = new(
        "013_run_details",
        """
        alter table run
          add column parent_id text,
          add column alias text not null default '',
          add column group_name text not null default '',
          add column notes text not null default '',
          add column environment jsonb,
          add column end_reason text;
        create index run_parent on run (parent_id, created_at, id) where parent_id is not null;
        create index run_group on run (group_name, created_at, id) where group_name <> '';
        """
    );

    public static readonly Migration SearchFoldMigration = new(
        "015_search_fold",
        TextIndex.FoldSql("run", "search_name")
    );

    public static readonly Migration LossesMigration = new(
        "052_run_losses",
        """
        -- What SDKs could not store, by the process that reported it.
        alter table run add column losses jsonb not null default '{}';
        """
    );

    public override string Name => "run:v1";

    public override IReadOnlyList<string> Tables => ["run"];

    public override void Project(StoredEvent stored, NpgsqlBatch batch)
    {
        if (stored.Data is not RunEvent data)
        {
            return;
        }

        var id = stored.StreamId;
        switch (data)
        {
            case RunCreated e:
                batch.Add(
                    """
                    insert into run (id, project, name, search_name, status, job_id, created_at, updated_at, version, parent_id)
                    values ($1, $2, $3, $7, 'scheduled', $4, $5, $5, $6, $8) on conflict (id) do nothing
                    """,
                    id,
                    Text(e.Project),
                    e.Name ?? id,
                    Uuid(e.JobId),
                    Utc(e.At),
                    stored.Version,
                    TextIndex.Fold(e.Name ?? id),
                    Text(e.ParentId)
                );
                return;
            case RunIdentified e:
                batch.Add(
                    """
                    update run set project = coalesce($2, project), name = coalesce($3, name),
                      search_name = coalesce($5, search_name), job_id = coalesce($4, job_id),
                      parent_id = coalesce($6, parent_id)
                    where id = $1
                    """,
                    id,
                    Text(e.Project),
                    Text(e.Name),
                    Uuid(e.JobId),
                    Text(e.Name is null ? null : TextIndex.Fold(e.Name)),
                    Text(e.ParentId)
                );
                break;
            case RunStarted e:
                batch.Add(
                    """
                    update run set status = 'running', started_at = coalesce(started_at, $2), ended_at = null,
                      end_reason = null, attempt = greatest(attempt, $3)
                    where id = $1
                    """,
                    id,
                    Utc(e.At),
                    e.Attempt ?? 0
                );
                break;
            case RunUpdated e:
                Update(id, e, batch);
                break;
            case PrimaryMetricSet e:
                batch.Add(
                    "update run set primary_metric = $2, primary_mode = $3 where id = $1",
                    id,
                    e.Name,
                    e.Mode.ToName()
                );
                break;
            case RunEnded e:
                // In events of release 0.1.0 the end of a short job can lie before its start.
                batch.Add(
                    "update run set status = $2, ended_at = greatest($3, started_at), end_reason = $4 where id = $1",
                    id,
                    e.Status.ToName(),
                    Utc(e.At),
                    Text(e.Reason)
                );
                break;
            case RunLost e:
                batch.Add(
                    "update run set status = $2, ended_at = $3, end_reason = null where id = $1",
                    id,
                    RunStatus.Interrupted.ToName(),
                    Utc(e.At)
                );
                break;
            case EnvironmentRecorded e:
                batch.Add(
                    "update run set environment = $2 where id = $1",
                    id,
                    new NpgsqlParameter { Value = e.Environment.ToString(), NpgsqlDbType = NpgsqlDbType.Jsonb }
                );
                break;
            case LossesReported e:
                batch.Add(
                    "update run set losses = losses || jsonb_build_object($2::text, $3::jsonb) where id = $1",
                    id,
                    e.Reporter,
                    JsonSerializer.Serialize(new RunLosses(e.Refused, e.Cut, e.Notices), TrackingJson.Default.RunLosses)
                );
                break;
            case RunSettled e:
                batch.Add("update run set attempt = greatest(attempt, $2) where id = $1", id, e.Attempt);
                break;
            case RunDeleted e:
                batch.Add(
                    "update run set deleted_at = $2, deleted_by = $3, delete_reason = $4 where id = $1",
                    id,
                    Utc(e.At),
                    Text(stored.Metadata.Headers?.GetValueOrDefault(StoredEvent.ActorHeader)),
                    Text(e.Reason)
                );
                break;
            case RunRestored:
                batch.Add(
                    "update run set deleted_at = null, deleted_by = null, delete_reason = null where id = $1",
                    id
                );
                break;
            case RunPurged:
                batch.Add("delete from run where id = $1", id);
                return;
        }

        batch.Add(
            "update run set updated_at = greatest(updated_at, $2), version = $3 where id = $1",
            id,
            Utc(data.At),
            stored.Version
        );
    }

    private static void Update(string id, RunUpdated e, NpgsqlBatch batch)
    {
        if (e.Name is not null)
        {
            batch.Add("update run set name = $2, search_name = $3 where id = $1", id, e.Name, TextIndex.Fold(e.Name));
        }

        if (e.Alias is not null || e.Group is not null || e.Notes is not null)
        {
            batch.Add(
                """
                update run set alias = coalesce($2, alias), group_name = coalesce($3, group_name), notes = coalesce($4, notes)
                where id = $1
                """,
                id,
                Text(e.Alias),
                Text(e.Group),
                Text(e.Notes)
            );
        }

        if (e.ParentId is not null)
        {
            batch.Add("update run set parent_id = nullif($2, '') where id = $1", id, e.ParentId);
        }

        if (e.Parameters is { } parameters)
        {
            Merge(batch, "parameters", id, Set(parameters), Removed(parameters, value => value.IsNull));
        }

        if (e.Summary is { } summary)
        {
            Merge(batch, "summary", id, Set(summary), Removed(summary, value => value.IsNull));
        }

        if (e.Tags is { } tags)
        {
            var set = tags.Where(tag => tag.Value is not null)
                .ToDictionary(tag => tag.Key, tag => tag.Value!, StringComparer.Ordinal);
            Merge(
                batch,
                "tags",
                id,
                JsonSerializer.Serialize(set, TrackingJson.Default.IReadOnlyDictionaryStringString),
                Removed(tags, value => value is null)
            );
        }
    }

    private static void Merge(NpgsqlBatch batch, string column, string id, string set, string[] removed) =>
        batch.Add(
            $"update run set {column} = ({column} || $2) - $3 where id = $1",
            id,
            new NpgsqlParameter { Value = set, NpgsqlDbType = NpgsqlDbType.Jsonb },
            removed
        );

    private static string Set(IReadOnlyDictionary<string, RunValue> values) =>
        JsonSerializer.Serialize(
            values.Where(value => !value.Value.IsNull).ToDictionary(StringComparer.Ordinal),
            TrackingJson.Default.IReadOnlyDictionaryStringRunValue
        );

    private static string[] Removed<T>(IReadOnlyDictionary<string, T> values, Func<T, bool> isRemoval) =>
        [.. values.Where(value => isRemoval(value.Value)).Select(value => value.Key)];

    private static NpgsqlParameter Text(string? value) => SqlParameters.Of(value, NpgsqlDbType.Text);

    private static NpgsqlParameter Uuid(Guid? value) => SqlParameters.Of(value, NpgsqlDbType.Uuid);

    private static DateTimeOffset Utc(DateTimeOffset at) => at.ToUniversalTime();
}
