using Platform.EventStore;
using Platform.ServiceDefaults;

namespace Platform.Artifacts;

/// <summary>The service's tables. Blobs and manifests are independent records; the others are projections.</summary>
internal static class ArtifactsTables
{
    public static readonly Migration Blobs = new(
        "001_blob",
        """
        create table blob (
          sha256 varchar collate "C" primary key,
          size bigint not null,
          created_at timestamptz not null default now());
        create table manifest (
          digest varchar collate "C" primary key,
          created_at timestamptz not null default now());
        create table manifest_file (
          digest varchar collate "C" not null references manifest (digest) on delete cascade,
          path varchar collate "C" not null,
          size bigint not null,
          sha256 varchar collate "C" not null references blob (sha256),
          primary key (digest, path));
        create index manifest_file_sha256 on manifest_file (sha256);
        """
    );

    public static readonly Migration Catalog = new(
        "002_catalog",
        """
        create table artifact_summary (
          name varchar collate "C" primary key,
          type varchar not null,
          project varchar,
          description varchar,
          latest_version integer,
          version_count integer not null,
          size bigint not null,
          created_at timestamptz not null,
          updated_at timestamptz not null,
          revision bigint not null);
        create index artifact_summary_updated on artifact_summary (updated_at desc, name);
        create table artifact_version (
          name varchar collate "C" not null,
          number integer not null,
          type varchar not null,
          project varchar,
          description varchar,
          digest varchar not null,
          file_count integer not null,
          size bigint not null,
          metadata jsonb not null,
          job_id uuid,
          attempt integer,
          run_id uuid,
          created_at timestamptz not null,
          deleted_at timestamptz,
          primary key (name, number));
        create index artifact_version_job on artifact_version (job_id) where job_id is not null;
        create index artifact_version_run on artifact_version (run_id) where run_id is not null;
        create table artifact_alias (
          name varchar collate "C" not null,
          alias varchar collate "C" not null,
          number integer not null,
          primary key (name, alias));
        create index artifact_alias_number on artifact_alias (name, number);
        """
    );

    public static readonly Migration JobAttempt = new(
        "003_job_attempt",
        "create table job_attempt (job_id uuid primary key, attempt int not null);"
    );

    public static readonly Migration VersionRank = new(
        "005_version_rank",
        """
        alter table artifact_version add column rank integer;
        update artifact_version set rank = 0 where attempt is not null;
        """
    );

    public static readonly Migration Lists = new(
        "007_list",
        $"""
        alter table artifact_summary add column is_listed boolean not null
          generated always as (latest_version is not null) stored;
        {TextIndex.Sql("artifact_summary_name_search", "artifact_summary", "name")}
        {TextIndex.Sql("artifact_summary_description_search", "artifact_summary", "description")}
        create index artifact_summary_created on artifact_summary (created_at, name);
        create index artifact_summary_size on artifact_summary (size, name);
        create index artifact_summary_type on artifact_summary (type, updated_at, name);
        create index artifact_summary_project on artifact_summary (project collate "C", updated_at, name);
        drop index artifact_summary_updated;
        create index artifact_summary_updated on artifact_summary (updated_at, name);
        {ListCounts.Sql("artifact_summary", ("is_listed", "boolean"), ("type", "text"), ("project", "text"))}
        """
    );

    public static readonly Migration Deletion = new(
        "008_deletion",
        """
        alter table artifact_version add column deleted_by varchar, add column delete_reason varchar;
        create index artifact_version_deleted on artifact_version (deleted_at) where deleted_at is not null;
        create index artifact_version_digest on artifact_version (digest);

        -- Manifests of purged versions, which are deleted when no other version has them.
        create table purged_manifest (digest varchar collate "C" primary key);
        -- Bytes that no manifest names are deleted once nobody has asked for them for a while (used_at). From then until their row is
        -- gone too, and from the beginning of an upload until its bytes are stored, a blob counts as missing (hidden).
        alter table blob add column used_at timestamptz not null default now(), add column hidden boolean not null default false;
        create index blob_used on blob (used_at, sha256);
        -- Locks the rows of blobs against being hidden until the transaction ends.
        create function blobs_check(names text[]) returns void language plpgsql set search_path from current as $$
        declare present integer;
        begin
          select count(*) into present from (
            select from blob where sha256 = any(names) and not hidden order by sha256 for share) visible;
          if present < cardinality(names) then
            raise exception 'not all blobs are stored' using errcode = 'PA001';
          end if;
        end $$;
        """
    );

    /// <summary>A version that was restored is kept as long as a new one.</summary>
    public static readonly Migration RestoredVersion = new(
        "010_restored_version",
        "alter table artifact_version add column restored_at timestamptz;"
    );

    public static readonly Migration Search = new(
        "011_search",
        TextIndex.ColumnWithIndexSql(
            "artifact_summary_description_search",
            "artifact_summary",
            "search_description",
            "description"
        )
    );

    public static readonly Migration SearchFold = new(
        "012_search_fold",
        TextIndex.FoldSql("artifact_summary", "search_description")
    );

    public static readonly Migration ExecutableFile = new(
        "006_executable_file",
        "alter table manifest_file add column executable boolean not null default false;"
    );
}
