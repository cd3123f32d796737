using Platform.EventStore;
using Platform.Messaging.Sagas;
using Platform.ProjectRetention;
using Platform.ServiceDefaults;

namespace Platform.Jobs;

/// <summary>The service's tables besides the event log.</summary>
internal static class JobsTables
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        SagaTable.Migration,
        new(
            "001_job_summary",
            """
            create table job_summary (
              job_id uuid primary key,
              run_id uuid not null,
              name text collate "C" not null,
              -- In lower case, so that a search of the whole list only compares bytes.
              search_name text collate "C" not null,
              project text collate "C" not null,
              status text not null,
              stopping boolean not null default false,
              attempt int not null,
              priority int not null,
              nodes jsonb not null default '[]',
              reason text,
              detail text,
              exit_code int,
              not_before timestamptz,
              submitted_at timestamptz not null,
              started_at timestamptz,
              ended_at timestamptz,
              changed_at timestamptz not null,
              version bigint not null);
            create index job_summary_submitted on job_summary (submitted_at, job_id);
            create index job_summary_status on job_summary (status, submitted_at, job_id);
            create index job_summary_project on job_summary (project, submitted_at, job_id);
            create index job_summary_changed on job_summary (changed_at)
              where status not in ('succeeded', 'failed', 'cancelled');

            create table job_spec (
              job_id uuid primary key,
              spec jsonb not null);
            """
        ),
        new(
            "002_submission",
            """
            create table job_file (
              job_id uuid not null,
              path text collate "C" not null,
              content text not null,
              primary key (job_id, path));

            -- A repeated POST with the same key finds the job of the first one.
            create table job_submission (
              subject text not null,
              idempotency_key text not null,
              body_hash bytea not null,
              job_id uuid not null,
              created_at timestamptz not null default now(),
              primary key (subject, idempotency_key));
            """
        ),
        new(
            "003_job_wait",
            """
            -- Why an attempt waits now. Not in the log: it changes with every other job, and would grow the stream for days.
            create table job_wait (
              job_id uuid primary key,
              attempt int not null,
              reason text not null,
              changed_at timestamptz not null default now());
            """
        ),
        new(
            "004_log",
            """
            create table log_state (
              job_id uuid not null,
              attempt int not null,
              next_offset bigint not null,
              complete boolean not null,
              primary key (job_id, attempt));
            create table log_chunk (
              job_id uuid not null,
              attempt int not null,
              start_offset bigint not null,
              bytes bytea not null,
              primary key (job_id, attempt, start_offset));
            """
        ),
        new(
            "005_log_compression",
            """
            -- Several times quicker than the default at what logs consist of; not every server was built with it.
            do $$ begin
              alter table log_chunk alter column bytes set compression lz4;
            exception when feature_not_supported or syntax_error or invalid_parameter_value then null;
            end $$;
            """
        ),
        new(
            "006_saga_state_names",
            """
            update saga set state = 'AwaitingPlacement', data = jsonb_set(data, '{currentState}', '"AwaitingPlacement"')
             where saga_type = 'jobs-training' and state = 'Asking';
            """
        ),
        new(
            "007_submitted_by",
            """
            alter table job_summary add column submitted_by text collate "C";
            create index job_summary_submitted_by on job_summary (submitted_by, submitted_at, job_id);
            do $$ begin
              if to_regclass('mt_events') is not null then
                update job_summary s set submitted_by = coalesce(e.headers->>'actor', e.headers->>'subject')
                from mt_events e where e.stream_id = s.job_id::text and e.type = 'job_submitted';
              end if;
            end $$;
            """
        ),
        new(
            "008_job_rank",
            """
            -- The processes of attempts of several; an only one has all it needs in job_summary.
            create table job_rank (
              job_id uuid not null,
              attempt int not null,
              rank int not null,
              started_at timestamptz,
              ended_at timestamptz,
              reason text,
              exit_code int,
              detail text,
              primary key (job_id, attempt, rank));
            """
        ),
        new(
            "009_log_rank",
            """
            alter table log_state add column rank int not null default 0;
            alter table log_state drop constraint log_state_pkey, add primary key (job_id, attempt, rank);
            alter table log_chunk add column rank int not null default 0;
            alter table log_chunk drop constraint log_chunk_pkey, add primary key (job_id, attempt, rank, start_offset);
            """
        ),
        new(
            "010_job_parent",
            """
            alter table job_summary add column parent_id uuid;
            create index job_summary_parent on job_summary (parent_id, submitted_at, job_id) where parent_id is not null;
            -- Locks the parent's row against its cancellation, so that a child is either there to be cancelled or refused.
            create function job_parent_check(parent uuid) returns void language plpgsql as $$
            begin
              perform 1 from job_summary
              where job_id = parent and status not in ('succeeded', 'failed', 'cancelled') and not stopping for share;
              if not found then
                raise exception 'job % takes no children', parent using errcode = 'PJ001';
              end if;
            end $$;
            """
        ),
        new(
            "011_submitted_by_in_any_case",
            """
            drop index job_summary_submitted_by;
            create index job_summary_submitted_by on job_summary (lower(submitted_by), submitted_at, job_id);
            """
        ),
        new(
            "012_no_end_before_its_start",
            """
            -- Release 0.1.0 took both times from different clocks.
            update job_summary set ended_at = started_at where ended_at < started_at;
            update job_rank set ended_at = started_at where ended_at < started_at;
            """
        ),
        new(
            "013_list",
            $"""
            {TextIndex.Sql("job_summary_search", "job_summary", "search_name")}
            create index job_summary_id_end on job_summary (reverse(job_id::text) text_pattern_ops);
            create index job_summary_name on job_summary (name, job_id);
            create index job_summary_priority on job_summary (priority, job_id);
            create index job_summary_started on job_summary (coalesce(started_at, 'infinity'), job_id);
            create index job_summary_ended on job_summary (coalesce(ended_at, 'infinity'), job_id);
            {ListCounts.Sql(
                "job_summary",
                ("project", "text collate \"C\""),
                ("status", "text"),
                ("submitted_by", "text collate \"C\"")
            )}
            """
        ),
        new(
            "014_deletion",
            $"""
            alter table job_summary
              add column deleted_at timestamptz,
              add column deleted_by text collate "C",
              add column delete_reason text,
              add column is_deleted boolean not null generated always as (deleted_at is not null) stored;
            create index job_summary_deleted on job_summary (submitted_at, job_id) where is_deleted;
            create index job_summary_purge on job_summary (deleted_at, job_id) where is_deleted;
            {ListCounts.DropSql("job_summary")}
            {ListCounts.Sql(
                "job_summary",
                ("is_deleted", "boolean"),
                ("project", "text collate \"C\""),
                ("status", "text"),
                ("submitted_by", "text collate \"C\"")
            )}
            -- Jobs that were purged, whose files and logs are still to be deleted, in small steps.
            create table purged_job (job_id uuid primary key);
            create index job_submission_job on job_submission (job_id);
            create index job_submission_created on job_submission (created_at);
            """
        ),
        ProjectRetentionTable.Migration("015_project_retention"),
        new(
            "016_sentence_codes",
            """
            -- What the texts beside them say, for other languages; null for texts of release 0.1.0.
            alter table job_summary add column reason_code jsonb, add column detail_code jsonb;
            alter table job_rank add column detail_code jsonb;
            alter table job_wait add column reason_code jsonb;
            """
        ),
        new("017_search_fold", TextIndex.FoldSql("job_summary", "search_name")),
        new(
            "018_log_search",
            """
            -- Neither is written to the rows that there are: those of before have no time, and are indexed in the background.
            alter table log_chunk add column stored_at timestamptz;
            alter table log_chunk alter column stored_at set default now();
            alter table log_state
              add column appended_at timestamptz,
              add column indexed_offset bigint not null default 0,
              add column indexed_lines bigint not null default 0,
              add column is_unindexed boolean not null default true;
            create index log_state_unindexed on log_state (job_id, attempt, rank) where is_unindexed;

            -- Ranges of lines that share a signature: which sequences of bytes are in them.
            create table log_bucket (
              bucket_id bigint primary key generated always as identity,
              signature bytea,
              -- Where the signature is once it was folded with others.
              group_id bigint,
              slot smallint);
            alter table log_bucket alter column signature set storage external;
            create index log_bucket_open on log_bucket (bucket_id) where signature is not null;
            create index log_bucket_group on log_bucket (group_id) where group_id is not null;
            create table log_slice (
              group_id bigint not null,
              slice int not null,
              bits bytea not null,
              primary key (group_id, slice));
            alter table log_slice alter column bits set storage plain;
            create table log_range (
              job_id uuid not null,
              attempt int not null,
              rank int not null,
              from_offset bigint not null,
              to_offset bigint not null,
              first_line bigint not null,
              first_at timestamptz not null,
              last_at timestamptz not null,
              bucket_id bigint not null,
              primary key (job_id, attempt, rank, from_offset));
            create index log_range_time on log_range (last_at, job_id, attempt, rank, from_offset);
            create index log_range_bucket on log_range (bucket_id);
            """
        ),
        new("019_request_id", "alter table job_spec add column request_id text;"),
        new(
            "020_log_shipping",
            """
            -- How much of a log was sent to Elasticsearch, and whether some of it may be left.
            alter table log_state
              add column shipped_offset bigint not null default 0,
              add column is_unshipped boolean not null default true;
            create index log_state_unshipped on log_state (job_id, attempt, rank) where is_unshipped;
            """
        ),
        new("021_trace_parent", "alter table job_spec add column trace_parent text;"),
    ];
}
