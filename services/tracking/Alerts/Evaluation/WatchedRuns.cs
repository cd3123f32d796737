using System.Text.Json;
using Npgsql;
using Platform.EventStore;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Firing;
using Platform.Tracking.Alerts.Rules;
using Platform.Tracking.Filtering;

namespace Platform.Tracking.Alerts.Evaluation;

/// <summary>A run with points that a rule has not looked at.</summary>
/// <param name="After">The last batch that it has.</param>
/// <param name="Newest">The run's newest batch.</param>
internal sealed record WatchedRun(
    Guid RuleId,
    int Revision,
    RuleSpec Spec,
    string RunId,
    string RunName,
    string? Project,
    long After,
    long Newest
)
{
    public AlertSubject SubjectOf(string key) =>
        new()
        {
            RuleId = RuleId,
            Revision = Revision,
            RuleName = Spec.Name,
            Watch = RuleWords.Metric,
            Condition = Spec.Condition,
            Project = Project,
            Id = RunId,
            Name = RunName,
            Metric = key,
            Threshold = Spec.Threshold,
            Consecutive = Spec.Consecutive,
            Seconds = Spec.Seconds,
            Points = Spec.Points,
        };
}

/// <summary>Finds runs that rules have to look at, and what they remember of them.</summary>
internal sealed class WatchedRuns(TrackingStore store)
{
    /// <summary>For how long what a training sends after its end is still looked at.</summary>
    private static readonly TimeSpan _late = TimeSpan.FromDays(1);

    private const string Columns = """
        select a.id, a.revision, a.spec::text as spec, r.id as run_id, r.name, r.project, m.batch,
          coalesce(c.batch, case when r.created_at < a.since then m.batch else 0 end) as after
        from run r
        join metric_run m on m.run_id = r.id
        join alert_rule a on a.watch = 'metric' and a.state = 'active'
          and (r.project = a.project or starts_with(r.project, a.project || '/'))
        left join alert_cursor c on c.run_id = r.id and c.rule_id = a.id and c.revision = a.revision
        """;

    /// <summary>Finds runs with new points.</summary>
    /// <param name="runs">Only these; null for all that have points since a time.</param>
    public async Task<IReadOnlyList<WatchedRun>> FindAsync(
        IReadOnlyList<string>? runs,
        DateTimeOffset since,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            $"""
            {Columns}
            where {(
                runs is null ? "m.logged_at >= $2" : "r.id = any($1)"
            )} and m.batch > coalesce(c.batch, 0) and not r.is_deleted
              and (r.ended_at is null or r.ended_at > $3)
            order by r.id, a.id
            """
        );
        command.Parameters.Add(new() { Value = runs?.ToArray() ?? [] });
        command.Parameters.Add(new() { Value = since.ToUniversalTime() });
        command.Parameters.Add(new() { Value = (now - _late).ToUniversalTime() });
        var found = new List<WatchedRun>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(
                new WatchedRun(
                    reader.GetGuid(0),
                    reader.GetInt32(1),
                    RuleReader.SpecOf(reader.GetString(2)),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.TextOrNull("project"),
                    reader.GetInt64(7),
                    reader.GetInt64(6)
                )
            );
        }

        return found;
    }

    /// <summary>Which of these runs a rule's filter finds.</summary>
    public async Task<IReadOnlySet<string>> FilterAsync(
        string filter,
        IReadOnlyList<string> runs,
        CancellationToken cancellationToken
    )
    {
        var conditions = new ListFilter();
        conditions.Add(parameter => $"r.id = any({parameter(runs.ToArray())})");
        // Read when the rule was made; what it named may have gone since then, and then it finds nothing.
        if (
            FilterParser.Parse(filter, out _) is not { } node
            || RunFilterSql.Translate(node, conditions.Parameter, out _, takesAnyWord: true) is not { } sql
        )
        {
            return new HashSet<string>(StringComparer.Ordinal);
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(
            conditions.Command($"select r.id from run r where {conditions.Conditions[0]} and {sql}")
        );
        var found = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    /// <summary>The keys of a run's series.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(string runId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select key from metric_series where run_id = $1");
        command.Parameters.Add(new() { Value = runId });
        return await command.ReadColumnAsync<string>(cancellationToken);
    }

    /// <summary>Until which batch a rule has looked at the series of a run that it remembers, by key.</summary>
    public async Task<Dictionary<string, long>> BatchesAsync(WatchedRun run, CancellationToken cancellationToken)
    {
        await using var command = SeriesCommand(run, "key, batch");
        var batches = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            batches.Add(reader.GetString(0), reader.GetInt64(1));
        }

        return batches;
    }

    /// <summary>What a rule remembers of these series of a run, by key.</summary>
    public async Task<Dictionary<string, WatchedSeries>> SeriesAsync(
        WatchedRun run,
        string[] keys,
        CancellationToken cancellationToken
    )
    {
        await using var command = SeriesCommand(run, "key, change, batch, state::text", "and key = any($4)");
        command.Parameters.Add(new() { Value = keys });
        var series = new Dictionary<string, WatchedSeries>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = reader.GetString(0);
            series.Add(
                key,
                new WatchedSeries(
                    run.RuleId,
                    run.Revision,
                    run.RunId,
                    key,
                    reader.GetInt64(1),
                    reader.GetInt64(2),
                    StateOf(reader.GetString(3))
                )
            );
        }

        return series;
    }

    /// <summary>Series of running runs whose time is up, with what their rules remember.</summary>
    public async Task<IReadOnlyList<(WatchedRun Run, WatchedSeries Series)>> FindDueAsync(
        DateTimeOffset now,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select a.id, a.revision, a.spec::text as spec, r.id as run_id, r.name, r.project, s.batch, s.key, s.change, s.state::text
            from alert_series s
            join alert_rule a on a.id = s.rule_id and a.revision = s.revision and a.state = 'active'
            join run r on r.id = s.run_id and r.status = 'running' and not r.is_deleted
            where s.due_at <= $1 order by s.due_at limit $2
            """
        );
        command.Parameters.Add(new() { Value = now.ToUniversalTime() });
        command.Parameters.Add(new() { Value = limit });
        var found = new List<(WatchedRun, WatchedSeries)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var batch = reader.GetInt64(6);
            var run = new WatchedRun(
                reader.GetGuid(0),
                reader.GetInt32(1),
                RuleReader.SpecOf(reader.GetString(2)),
                reader.GetString(3),
                reader.GetString(4),
                reader.TextOrNull("project"),
                batch,
                batch
            );
            found.Add(
                (
                    run,
                    new WatchedSeries(
                        run.RuleId,
                        run.Revision,
                        run.RunId,
                        reader.GetString(7),
                        reader.GetInt64(8),
                        batch,
                        StateOf(reader.GetString(9))
                    )
                )
            );
        }

        return found;
    }

    /// <summary>Notes that a rule has looked at all that a run had until a batch.</summary>
    public async Task MoveAsync(WatchedRun run, long batch, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            """
            insert into alert_cursor as c (rule_id, revision, run_id, batch)
            select a.id, a.revision, $3, $4 from alert_rule a where a.id = $1 and a.revision = $2
            on conflict (run_id, rule_id, revision) do update set batch = greatest(c.batch, excluded.batch)
            """
        );
        command.Parameters.Add(new() { Value = run.RuleId });
        command.Parameters.Add(new() { Value = run.Revision });
        command.Parameters.Add(new() { Value = run.RunId });
        command.Parameters.Add(new() { Value = batch });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand SeriesCommand(WatchedRun run, string columns, string condition = "")
    {
        var command = store.DataSource.CreateCommand(
            $"select {columns} from alert_series where run_id = $1 and rule_id = $2 and revision = $3 {condition}"
        );
        command.Parameters.Add(new() { Value = run.RunId });
        command.Parameters.Add(new() { Value = run.RuleId });
        command.Parameters.Add(new() { Value = run.Revision });
        return command;
    }

    private static WatchState StateOf(string json) =>
        JsonSerializer.Deserialize(json, TrackingJson.Default.WatchState)!;
}
