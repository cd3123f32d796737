using Platform.EventStore;

namespace Platform.Artifacts.RunFiles;

/// <summary>
/// The tables of files that belong to runs rather than to versions of artifacts. Like the points of metrics they are a training's bulk data
/// and no events: the last upload to a path holds, and there may be many thousands of a run.
/// </summary>
internal static class RunFileTables
{
    public static readonly Migration Migration = new(
        "013_run_file",
        """
        -- What tracking has said of the runs whose files were asked for.
        create table file_owner (
          id varchar collate "C" primary key,
          asked_at timestamptz not null,
          answered_at timestamptz,
          version bigint not null default -1,
          is_there boolean not null default false,
          is_deleted boolean not null default false,
          job_id uuid,
          project varchar,
          experiment varchar);
        create index file_owner_none on file_owner (asked_at) where not is_there;
        create table run_file (
          owner varchar collate "C" not null references file_owner (id),
          path varchar collate "C" not null,
          size bigint not null,
          sha256 varchar collate "C" not null references blob (sha256),
          updated_at timestamptz not null default now(),
          primary key (owner, path));
        create index run_file_sha256 on run_file (sha256);
        -- Which files are images, tables and so on of which step. One whose file is deleted goes with it.
        create table run_media (
          owner varchar collate "C" not null,
          key varchar collate "C" not null,
          step bigint not null,
          path varchar collate "C" not null,
          kind varchar not null,
          caption varchar,
          at timestamptz not null,
          primary key (owner, key, step, path),
          foreign key (owner, path) references run_file (owner, path) on delete cascade);
        create index run_media_file on run_media (owner, path);
        """
    );
}
