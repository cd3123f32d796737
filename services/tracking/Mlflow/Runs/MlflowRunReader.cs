using System.Globalization;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Mlflow.Inputs;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>Reads runs in MLflow's form.</summary>
internal sealed class MlflowRunReader(
    TrackingStore store,
    RunReader reader,
    RunInputs inputs,
    ExperimentDirectory experiments
)
{
    /// <summary>One run with the last point of each metric; null when there is none.</summary>
    public async Task<MlflowRun?> FindAsync(string runId, CancellationToken cancellationToken) =>
        await reader.FindAsync(runId, cancellationToken) is { } run
            ? MlflowRunMapping.Of(
                run,
                await ExperimentOfAsync(run, cancellationToken),
                run.Latest!.Select(metric =>
                    MlflowRunMapping.MetricOf(metric.Key, metric.Value.Value, metric.Value.At, metric.Value.Step)
                ),
                (await inputs.ReadAsync([runId], whole: true, cancellationToken)).GetValueOrDefault(
                    runId,
                    MlflowRunLinks.None
                )
            )
            : null;

    /// <summary>The experiment of a run; a run whose job is not known yet has no project.</summary>
    public async Task<RunExperiment> ExperimentOfAsync(RunView run, CancellationToken cancellationToken)
    {
        var id = await experiments.OfProjectAsync(run.Project ?? "default", cancellationToken);
        await using var command = store.DataSource.CreateCommand("select is_deleted from experiment where id = $1");
        command.Parameters.Add(new() { Value = id });
        var isDeleted = await command.ExecuteScalarAsync(cancellationToken) is true;
        return new RunExperiment(id.ToString(CultureInfo.InvariantCulture), isDeleted);
    }

    /// <summary>Searches runs.</summary>
    public async Task<(IReadOnlyList<MlflowRun> Runs, bool HasMore)> SearchAsync(
        RunSearch search,
        int limit,
        long offset,
        CancellationToken cancellationToken
    )
    {
        var filter = search.Filter.Copy();
        bool? hasMore = null;
        if (search.Walks is { } walks)
        {
            var page = new ListPage("", IsDescending: false, limit, offset, After: null);
            var rows = await search.Finder.FindAsync(store.DataSource, search.Filter, page, walks, cancellationToken);
            filter.Add(rows.Condition);
            hasMore = rows.HasMore;
        }

        var found = await ReadAsync(
            filter,
            string.Create(
                CultureInfo.InvariantCulture,
                $"order by {search.Order} limit {limit + 1} offset {(hasMore is null ? offset : 0)}"
            ),
            cancellationToken
        );
        var runs = found.Take(limit).ToList();
        string[] ids = [.. runs.Select(row => row.Run.Id)];
        var metrics = await LatestAsync(ids, cancellationToken);
        var links = await inputs.ReadAsync(ids, whole: false, cancellationToken);
        return (
            [
                .. runs.Select(row =>
                    MlflowRunMapping.Of(
                        row.Run,
                        row.Experiment,
                        metrics[row.Run.Id],
                        links.GetValueOrDefault(row.Run.Id, MlflowRunLinks.None)
                    )
                ),
            ],
            hasMore ?? found.Count > limit
        );
    }

    private async Task<List<(RunView Run, RunExperiment Experiment)>> ReadAsync(
        ListFilter filter,
        string order,
        CancellationToken cancellationToken
    )
    {
        var found = new List<(RunView Run, RunExperiment Experiment)>();
        await using var batch = store.DataSource.CreateBatch();
        batch.BatchCommands.Add(
            filter.Command(
                $"""
                select {RunReader.Columns}, e.id::text as experiment, e.is_deleted as experiment_deleted from run r join experiment e on e.project = r.project {RunReader.PrimaryJoin}
                where {string.Join(" and ", filter.Conditions)} {order}
                """
            )
        );
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(
                (
                    RunReader.Read(rows),
                    new RunExperiment(rows.Value<string>("experiment"), rows.Value<bool>("experiment_deleted"))
                )
            );
        }

        return found;
    }

    private async Task<ILookup<string, MlflowMetric>> LatestAsync(string[] ids, CancellationToken cancellationToken)
    {
        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            select run_id, key, last_value, last_at, last_step from metric_series
            where run_id = any($1) and count > 0 order by run_id, key
            """,
            (object)ids
        );
        var metrics = new List<(string RunId, MlflowMetric Metric)>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            metrics.Add(
                (
                    rows.GetString(0),
                    MlflowRunMapping.MetricOf(
                        rows.GetString(1),
                        rows.GetDouble(2),
                        await rows.GetFieldValueAsync<DateTimeOffset>(3, cancellationToken),
                        rows.GetInt64(4)
                    )
                )
            );
        }

        return metrics.ToLookup(metric => metric.RunId, metric => metric.Metric, StringComparer.Ordinal);
    }
}
