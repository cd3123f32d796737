using Platform.EventStore;

namespace Platform.Tracking.Alerts.Watching;

/// <summary>What other services have said of jobs and nodes. No read model: it comes from messages, not from this service's events.</summary>
internal static class WatchTables
{
    public static readonly Migration Migration = new(
        "044_alert_watch",
        """
        create table alert_job (
          job_id uuid primary key,
          name text not null,
          project text not null,
          attempt int not null,
          -- Of the attempt: 0 it waits, 1 it is placed, 2 it runs, 3 it has ended.
          stage int not null,
          status text not null,
          since timestamptz not null,
          lost_attempt int,
          -- Counts the changes.
          version bigint not null default 1);
        create index alert_job_open on alert_job (since) where stage < 3;
        create table alert_node (
          node_id uuid primary key,
          name text not null,
          status text not null,
          version bigint not null);
        """
    );
}
