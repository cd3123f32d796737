using Platform.EventStore;

namespace Platform.JobAttempts;

/// <summary>The table behind <see cref="JobAttempts{TStore}"/>.</summary>
public static class JobAttemptTable
{
    /// <summary>Creates it; where the narrower one of release 0.1.0 is, with what is in that.</summary>
    public static Migration Migration(string name) =>
        new(
            name,
            """
            create table if not exists job_attempt (job_id uuid primary key, attempt int not null);
            alter table job_attempt drop constraint job_attempt_pkey, add primary key (job_id, attempt),
              add column nodes uuid[], add column inputs text[], add column outputs text[],
              add column lost boolean not null default false, add column ended boolean not null default false;
            create index job_attempt_nodes on job_attempt using gin (nodes) where not lost and not ended;
            """
        );

    /// <summary>Notes when jobs were purged, so that their attempts can be forgotten.</summary>
    public static Migration PurgeMigration(string name) =>
        new(
            name,
            """
            alter table job_attempt add column purged_at timestamptz;
            create index job_attempt_purged on job_attempt (purged_at) where purged_at is not null;
            """
        );
}
