using Platform.EventStore;

namespace Platform.Tracking.Metrics;

/// <summary>
/// The tables of metric points. Points are neither events nor a projection: a rebuild of the read models keeps them, so
/// nothing here references rows of a projection. A series (run and key) has a short id. Its newest points are in its tail, all others in
/// chunks (docs/adr/0038); <c>metric_point</c> and <c>metric_batch</c> hold points from before there were chunks, until they are moved.
/// </summary>
internal static class MetricTables
{
    public static readonly Migration Migration = new(
        "002_metric",
        """
        -- Writers of one run line up behind its row: batches become visible in the order of their numbers.
        create table metric_run (
          run_id text primary key,
          batch bigint not null) with (fillfactor = 70);
        create table metric_series (
          id bigint generated always as identity primary key,
          run_id text not null,
          key text not null,
          count bigint not null default 0,
          last_step bigint,
          last_at timestamptz,
          last_value float8,
          min_step bigint,
          min_value float8,
          max_step bigint,
          max_value float8,
          unique (run_id, key)) with (fillfactor = 70);
        create table metric_stage (
          id int generated always as identity primary key,
          name text not null unique);
        create table metric_point (
          series_id bigint not null,
          step bigint not null,
          at timestamptz not null,
          value float8 not null,
          batch bigint not null,
          stage_id int,
          primary key (series_id, step, at));
        -- Which series a batch touched, and in which steps: live readers find its points by the primary key.
        create table metric_batch (
          run_id text not null,
          batch bigint not null,
          series bigint[] not null,
          from_steps bigint[] not null,
          to_steps bigint[] not null,
          primary key (run_id, batch));
        """
    );

    public static readonly Migration PurgeMigration = new(
        "009_purged_series",
        """
        -- Series of purged runs, whose points are still to be deleted, in small steps.
        create table purged_series (id bigint primary key);
        """
    );

    public static readonly Migration ActivityMigration = new(
        "011_metric_logged_at",
        """
        -- When points were stored last; null before this migration. A run that takes points is not old, whenever it ended first.
        alter table metric_run add column logged_at timestamptz;
        """
    );

    public static readonly Migration AttemptMigration = new(
        "004_metric_attempt",
        """
        -- The newest attempt of the run's job that logged: its points fence those of earlier ones, whatever was announced by then.
        alter table metric_run add column attempt int not null default 0;
        """
    );

    public static readonly Migration ChunkMigration = new(
        "020_metric_chunk",
        """
        -- The newest points of a series, a block for each batch, the newest first: an update then logs what is new only. They stay in
        -- the row, and the row in its page.
        create table metric_tail (
          series_id bigint primary key,
          count int not null,
          first_batch bigint not null,
          last_batch bigint not null,
          points bytea not null) with (fillfactor = 50);
        alter table metric_tail alter column points set storage plain;
        -- All other points of a series. Its chunks do not overlap in the order of steps and times; times are in microseconds since 1970.
        create table metric_chunk (
          series_id bigint not null,
          first_step bigint not null,
          first_time bigint not null,
          last_step bigint not null,
          last_time bigint not null,
          min_time bigint not null,
          max_time bigint not null,
          first_batch bigint not null,
          last_batch bigint not null,
          count int not null,
          in_order_of_time boolean not null,
          summary bytea not null,
          points bytea not null,
          primary key (series_id, first_step, first_time));
        -- They are compressed already.
        alter table metric_chunk alter column summary set storage external, alter column points set storage external;
        -- What followers of a run have not seen.
        create index metric_chunk_batch on metric_chunk (series_id, last_batch);
        """
    );
}
