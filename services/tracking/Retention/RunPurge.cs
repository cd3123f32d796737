using Npgsql;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Alerts.Evaluation;
using Platform.Tracking.Exporting;
using Platform.Tracking.Mlflow.Inputs;
using Platform.Tracking.Mlflow.LoggedModels;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Retention;

/// <summary>
/// Deletes runs for good. The event, the run's row and its series are one transaction, so that a new run under the same id starts
/// empty; the points follow in small steps (<see cref="DeleteLeftoversAsync"/>).
/// </summary>
internal sealed class RunPurge(TrackingStore store, LoggedModelPurge models, TimeProvider clock)
{
    /// <summary>How many chunks a step deletes; one has some thousands of points.</summary>
    private const int StepChunks = 200;

    /// <summary>How many points that are in no chunk yet a step deletes.</summary>
    private const int StepPoints = 10_000;

    /// <summary>Deletes a run that is in the recycle bin, or says what that would delete.</summary>
    public async Task<PurgedRun> PurgeAsync(
        string id,
        bool dryRun,
        EventMetadata metadata,
        CancellationToken cancellationToken
    )
    {
        if (!RunRules.TryNormalizeId(id, out var runId))
        {
            return Left(id, Run.NoRun);
        }

        var content = await ReadAsync(runId, cancellationToken);
        if (dryRun)
        {
            var (run, _) = await store.LoadAsync(Run.Decider, runId, cancellationToken);
            return Run.Decide(run, new PurgeRun(), clock.GetUtcNow()) is Decision<RunEvent>.Refused refused
                ? Left(id, refused.Refusal)
                : new PurgedRun(id, Done: true, content, Problem: null);
        }

        var outcome = await store.HandleAsync(
            Run.Decider,
            runId,
            run => Run.Decide(run, new PurgeRun(), clock.GetUtcNow()),
            metadata with
            {
                CorrelationId = runId,
            },
            sideEffects: batch => AddDeletions(batch, runId),
            cancellationToken: cancellationToken
        );
        if (outcome.Refusal is { } refusal)
        {
            return Left(id, refusal);
        }

        await models.PurgeOfRunAsync(runId, metadata, cancellationToken);
        return new PurgedRun(id, Done: true, content, Problem: null);
    }

    /// <summary>Finds runs that have been in the recycle bin since before a time, the longest there first.</summary>
    public async Task<IReadOnlyList<string>> FindDueAsync(
        DateTimeOffset deletedBefore,
        int limit,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            "select id from run where is_deleted and deleted_at < $1 order by deleted_at limit $2"
        );
        command.Parameters.Add(new() { Value = deletedBefore });
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<string>(cancellationToken);
    }

    /// <summary>Finds series of purged runs.</summary>
    public async Task<IReadOnlyList<long>> FindLeftoversAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select id from purged_series order by id limit $1");
        command.Parameters.Add(new() { Value = limit });
        return await command.ReadColumnAsync<long>(cancellationToken);
    }

    /// <summary>Deletes the points of a series of a purged run, and then the series from the list of those.</summary>
    public async Task DeleteLeftoversAsync(long series, CancellationToken cancellationToken)
    {
        foreach (var (table, limit) in new[] { ("metric_chunk", StepChunks), ("metric_point", StepPoints) })
        {
            int deleted;
            do
            {
                await using var command = store.DataSource.CreateCommand(
                    $"delete from {table} where ctid = any(array(select ctid from {table} where series_id = $1 limit {limit}))"
                );
                command.Parameters.Add(new() { Value = series });
                deleted = await command.ExecuteNonQueryAsync(cancellationToken);
            } while (deleted > 0);
        }

        await using var forget = store.DataSource.CreateCommand("delete from purged_series where id = $1");
        forget.Parameters.Add(new() { Value = series });
        await forget.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// The row of <c>metric_run</c> is taken first, and made when there is none, as writers of points take it: one that comes before
    /// has added its series by then, one that comes later finds no run any more.
    /// </summary>
    private static void AddDeletions(NpgsqlBatch batch, string runId)
    {
        batch.Add(
            """
            insert into metric_run as m (run_id, batch) values ($1, 0)
            on conflict (run_id) do update set batch = m.batch
            """,
            runId
        );
        batch.Add("delete from metric_run where run_id = $1", runId);
        batch.Add(
            """
            with series as (delete from metric_series where run_id = $1 returning id),
              tail as (delete from metric_tail t using series s where t.series_id = s.id)
            insert into purged_series (id) select id from series
            """,
            runId
        );
        batch.Add("delete from metric_batch where run_id = $1", runId);
        batch.Add(RunLogs.DeleteSql, runId);
        RunInputTables.AddDeletion(batch, runId);
        batch.Add(EvaluationTables.DeleteOfRunSql, runId);
        // The last, as it is what facts about its metrics are found by.
        batch.Add("delete from run_number where run_id = $1", runId);
    }

    private async Task<RunContent> ReadAsync(string runId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select count(*)::int, coalesce(sum(count), 0)::bigint from metric_series where run_id = $1"
        );
        command.Parameters.Add(new() { Value = runId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new RunContent(reader.GetInt32(0), reader.GetInt64(1));
    }

    private static PurgedRun Left(string id, Refusal refusal) =>
        new(id, Done: false, Content: null, BatchItem.Refused(id, refusal).Problem);
}
