using Platform.EventStore;

namespace Platform.Tracking.Metrics;

/// <summary>
/// The tables of metric points. Points are neither events nor a projection: a rebuild of the read models keeps them, so
/// nothing here references rows of a projection. A series (run and key) has a short id, so that a point takes 64 bytes;
/// the primary key begins with it, so that <c>metric_point</c> can be partitioned by ranges of series.
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
}
