using Platform.EventStore;

namespace Platform.Tracking.Heartbeats;

/// <summary>
/// When a run's training was heard of last. Only runs outside of jobs have heartbeats: a job's agent says how its training ends, and
/// nobody else can say it of a script whose process was killed or whose machine died.
/// </summary>
internal sealed class RunHeartbeats(TrackingStore store)
{
    public static readonly Migration Migration = new(
        "014_heartbeat",
        """
        create table run_heartbeat (
          run_id text primary key,
          at timestamptz not null) with (fillfactor = 70);
        create index run_heartbeat_at on run_heartbeat (at);
        """
    );

    /// <summary>Records a heartbeat.</summary>
    /// <returns>The run's status; null when there is no such run.</returns>
    public async Task<string?> RecordAsync(string runId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            with heartbeat as (
              insert into run_heartbeat (run_id, at) select id, $2 from run where id = $1
              on conflict (run_id) do update set at = greatest(run_heartbeat.at, excluded.at))
            select status from run where id = $1
            """
        );
        command.Parameters.Add(new() { Value = runId });
        command.Parameters.Add(new() { Value = at });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Finds running runs that sent heartbeats, and neither heartbeats nor points since a time.</summary>
    public async Task<IReadOnlyList<string>> FindLostAsync(
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select r.id from run_heartbeat h
            join run r on r.id = h.run_id and r.status = 'running' and r.job_id is null
            left join metric_run m on m.run_id = h.run_id
            where h.at < $1 and (m.logged_at is null or m.logged_at < $1)
            limit $2
            """
        );
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<string>(cancellationToken);
    }

    /// <summary>Forgets the heartbeats of runs that are not running; the next one counts as the first.</summary>
    public async Task ForgetEndedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            delete from run_heartbeat h
            where h.at < $1 and not exists (select from run r where r.id = h.run_id and r.status = 'running')
            """
        );
        command.Parameters.Add(new() { Value = before });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
