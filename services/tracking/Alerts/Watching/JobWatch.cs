using System.Data.Common;
using NpgsqlTypes;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Alerts.Rules;

namespace Platform.Tracking.Alerts.Watching;

/// <summary>Compares what rules about jobs watch for with what jobs do, and raises and resolves their alerts.</summary>
internal sealed class JobWatch(TrackingStore store, AlertWriter alerts, TimeProvider clock)
{
    /// <summary>For how long jobs that have ended or are gone are remembered: by then they are hardly tried again.</summary>
    private static readonly TimeSpan _remembered = TimeSpan.FromDays(30);

    private const string RulesOfJobs = """
        select j.job_id, j.name, j.project, j.attempt, j.stage, j.status, j.since, j.lost_attempt, r.id as rule_id, r.revision,
          r.spec::text as spec
        from alert_job j
        join alert_rule r on r.watch = 'job' and r.state = 'active'
          and (j.project = r.project or starts_with(j.project, r.project || '/'))
        """;

    /// <summary>Notes what a message says of a job, and looks at the job.</summary>
    /// <param name="name">Null when the message does not tell.</param>
    public async Task RecordAsync(
        Guid jobId,
        string? name,
        string? project,
        JobState heard,
        CancellationToken cancellationToken
    )
    {
        while (!await TryRecordAsync(jobId, name, project, heard, cancellationToken))
        {
            // Another message of the job was recorded meanwhile.
        }

        // The alerts of those that are gone are stale.
        await LookAsync(
            $"where j.job_id = $1 and j.stage <> {(int)JobStage.Gone}",
            jobId,
            clock.GetUtcNow(),
            cancellationToken
        );
    }

    /// <summary>
    /// Looks at jobs whose time is up. What only a message can change was looked at when it came; a crash in between brings the message
    /// again.
    /// </summary>
    public Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        LookAsync(
            """
            where j.stage < 3 and j.since <= $1 and r.condition in ('waiting', 'running')
              and j.stage = case r.condition when 'waiting' then 0 else 2 end
              and j.since + make_interval(secs => (r.spec ->> 'seconds')::int) <= $1
              and not exists (
                select from alert a
                where a.rule_id = r.id and a.state = 'firing' and a.revision = r.revision and a.subject_id = j.job_id::text)
            order by j.since limit 500
            """,
            now.ToUniversalTime(),
            now,
            cancellationToken
        );

    /// <summary>Forgets jobs that ended, or went, long ago.</summary>
    public async Task ForgetAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var forget = store.DataSource.CreateCommand(
            """
            delete from alert_job j where j.stage >= 3 and j.since < $1
              and not exists (select from alert a where a.subject_id = j.job_id::text and a.state = 'firing')
            """
        );
        forget.Parameters.Add(new() { Value = (now - _remembered).ToUniversalTime() });
        await forget.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task LookAsync(
        string where,
        object parameter,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var found = new List<(AlertSubject Subject, RuleSpec Rule, bool Fires)>();
        await using (var command = store.DataSource.CreateCommand($"{RulesOfJobs} {where}"))
        {
            command.Parameters.Add(new() { Value = parameter });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var rule = RuleReader.SpecOf(reader.Value<string>("spec"));
                found.Add((SubjectOf(reader, rule), rule, StateOf(reader).Fulfils(rule, now)));
            }
        }

        foreach (var (subject, rule, fires) in found)
        {
            await alerts.SettleAsync(subject, rule, fires, cancellationToken);
        }
    }

    private async Task<bool> TryRecordAsync(
        Guid jobId,
        string? name,
        string? project,
        JobState heard,
        CancellationToken cancellationToken
    )
    {
        var (known, version) = await FindAsync(jobId, cancellationToken);
        var merged = JobState.Merge(known, heard);
        if (known is null && (name is null || project is null))
        {
            (name, project) = await FindRunAsync(jobId, cancellationToken);
        }

        await using var command = store.DataSource.CreateCommand(
            """
            insert into alert_job as j (job_id, name, project, attempt, stage, status, since, lost_attempt)
            values ($1, coalesce($2, ''), coalesce($3, ''), $4, $5, $6, $7, $8)
            on conflict (job_id) do update set name = coalesce($2, j.name), project = coalesce($3, j.project),
              attempt = excluded.attempt, stage = excluded.stage, status = excluded.status, since = excluded.since,
              lost_attempt = excluded.lost_attempt, version = j.version + 1
            where j.version = $9
            """
        );
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(SqlParameters.Of(name, NpgsqlDbType.Text));
        command.Parameters.Add(SqlParameters.Of(project, NpgsqlDbType.Text));
        command.Parameters.Add(new() { Value = merged.Attempt });
        command.Parameters.Add(new() { Value = (int)merged.Stage });
        command.Parameters.Add(new() { Value = merged.Status });
        command.Parameters.Add(new() { Value = merged.Since.ToUniversalTime() });
        command.Parameters.Add(SqlParameters.Of(merged.LostAttempt, NpgsqlDbType.Integer));
        command.Parameters.Add(new() { Value = version });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private async Task<(JobState? State, long Version)> FindAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select attempt, stage, status, since, lost_attempt, version from alert_job where job_id = $1"
        );
        command.Parameters.Add(new() { Value = jobId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (StateOf(reader), reader.Value<long>("version")) : (null, 0);
    }

    /// <summary>Of jobs from before there were rules: what their run says.</summary>
    private async Task<(string? Name, string? Project)> FindRunAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select name, project from run where job_id = $1 order by created_at, id limit 1"
        );
        command.Parameters.Add(new() { Value = jobId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetString(0), reader.TextOrNull("project"))
            : (null, null);
    }

    private static JobState StateOf(DbDataReader row) =>
        new(
            row.Value<int>("attempt"),
            (JobStage)row.Value<int>("stage"),
            row.Value<string>("status"),
            row.Value<DateTimeOffset>("since"),
            row.ValueOrNull<int>("lost_attempt")
        );

    private static AlertSubject SubjectOf(DbDataReader row, RuleSpec rule) =>
        new()
        {
            RuleId = row.Value<Guid>("rule_id"),
            Revision = row.Value<int>("revision"),
            RuleName = rule.Name,
            Watch = RuleWords.Job,
            Condition = rule.Condition,
            Project = row.Value<string>("project"),
            Id = row.Value<Guid>("job_id").ToString(),
            Name = row.Value<string>("name"),
            Seconds = rule.Seconds,
        };
}
