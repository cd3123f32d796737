using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Nodes;

/// <summary>
/// The service's tables. Most are read models; <c>node_heartbeat</c>, <c>node_telemetry</c>, <c>join_token</c>,
/// <c>placement_reason</c>, <c>scheduler_term</c> and <c>heartbeat_shipping</c> have no events behind them.
/// </summary>
internal static class NodesMigrations
{
    public static readonly IReadOnlyList<Migration> All =
    [
        new(
            "001_node",
            """
            create table node (
              node_id uuid primary key,
              name varchar not null,
              status varchar not null,
              draining boolean not null,
              inventory jsonb not null,
              joined_at timestamptz not null,
              changed_at timestamptz not null,
              version bigint not null);
            create table node_beat (
              node_id uuid primary key,
              last_heartbeat_at timestamptz not null,
              beat_at timestamptz not null,
              usage jsonb,
              attempts jsonb not null default '[]');
            create table node_telemetry (
              node_id uuid not null,
              received_at timestamptz not null,
              usage jsonb not null,
              primary key (node_id, received_at));
            create table join_token (
              token_id uuid primary key,
              name varchar,
              hash bytea not null unique,
              created_at timestamptz not null,
              expires_at timestamptz,
              revoked_at timestamptz,
              last_used_at timestamptz);
            """
        ),
        new(
            "002_placement",
            """
            create table placement_request (
              job_id uuid primary key,
              attempt integer not null,
              gpus integer not null,
              cpus double precision not null,
              memory_mib integer not null,
              labels jsonb not null,
              priority integer not null,
              submitted_at timestamptz not null,
              not_before timestamptz not null,
              requested_at timestamptz not null,
              version bigint not null);
            create index placement_request_order on placement_request (priority desc, submitted_at, job_id);
            create table lease (
              job_id uuid not null,
              node_id uuid not null,
              attempt integer not null,
              gpus integer[] not null,
              cpus double precision not null,
              memory_mib integer not null,
              granted_at timestamptz not null,
              primary key (job_id, node_id));
            create index lease_node on lease (node_id);
            -- A GPU has one holder: a second lease of it fails the append that would grant it.
            create table lease_gpu (
              node_id uuid not null,
              gpu integer not null,
              job_id uuid not null,
              primary key (node_id, gpu));
            create index lease_gpu_job on lease_gpu (job_id);
            create table placement_reason (
              job_id uuid primary key,
              attempt integer not null,
              reason varchar not null,
              published_at timestamptz not null);
            """
        ),
        // Fencing of the scheduler: each leader takes the next term, and a grant made in an older term fails. The share
        // lock makes the next leader wait for grants in flight, so that it decides on the state they leave.
        new(
            "003_placer_term",
            """
            create table placer_term (
              only_row boolean primary key default true check (only_row),
              term bigint not null);
            insert into placer_term (term) values (0);
            create function placer_term_check(expected bigint) returns void language plpgsql as $$
            begin
              perform 1 from placer_term where term = expected for share;
              if not found then
                raise exception 'scheduler term % is over', expected using errcode = 'PN001';
              end if;
            end $$;
            """
        ),
        new("004_node_beat_agent", "alter table node_beat add column agent varchar"),
        new(
            "005_standard_names",
            """
            alter table node_beat rename to node_heartbeat;
            alter table node_heartbeat rename column beat_at to sent_at;
            alter table placer_term rename to scheduler_term;
            drop function placer_term_check(bigint);
            create function scheduler_term_check(expected bigint) returns void language plpgsql as $$
            begin
              perform 1 from scheduler_term where term = expected for share;
              if not found then
                raise exception 'scheduler term % is over', expected using errcode = 'PN001';
              end if;
            end $$;
            """
        ),
        new(
            "006_lease_rank",
            """
            alter table lease add column rank integer not null default 0;
            -- One lease for each rank. A job holds those of one attempt at a time, and may hold several on a node.
            alter table lease drop constraint lease_pkey, add primary key (job_id, rank);
            alter table lease_gpu add column rank integer not null default 0;
            """
        ),
        new(
            "007_request_class",
            """
            -- Equal requests wait for the same: only the first of each class has to be looked at.
            alter table placement_request add column class uuid not null generated always as
              (md5(gpus::text || ' ' || cpus::text || ' ' || memory_mib::text || ' ' || labels::text)::uuid) stored;
            create index placement_request_class on placement_request (class, priority desc, submitted_at, job_id);
            create index placement_request_not_before on placement_request (not_before);
            -- A row without a reason is one whose first reason is not published yet.
            alter table placement_reason alter column reason drop not null, alter column published_at drop not null;
            insert into placement_reason (job_id, attempt) select job_id, attempt from placement_request on conflict do nothing;
            create index placement_reason_first on placement_reason (job_id) where published_at is null;
            """
        ),
        new("008_reason_code", "alter table placement_reason add column reason_code jsonb"),
        new("009_search", TextIndex.ColumnSql("node", "search_name", "name")),
        new("010_search_fold", TextIndex.FoldSql("node", "search_name")),
        new(
            "011_heartbeat_shipping",
            """
            -- Until when summaries of heartbeats were sent to Elasticsearch.
            create table heartbeat_shipping (id integer primary key check (id = 1), sent_until timestamptz not null);
            create index node_telemetry_received on node_telemetry (received_at);
            """
        ),
    ];
}
