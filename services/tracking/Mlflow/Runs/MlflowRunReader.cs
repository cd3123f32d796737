using System.Globalization;
using Platform.EventStore;
using Platform.ServiceDefaults;
using Platform.Tracking.Browsing;
using Platform.Tracking.Mlflow.Experiments;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>Reads runs in MLflow's form.</summary>
internal sealed class MlflowRunReader(TrackingStore store, RunReader runs, ExperimentDirectory experiments)
{
    /// <summary>One run with the last point of each metric; null when there is none.</summary>
    public async Task<MlflowRun?> FindAsync(string runId, CancellationToken cancellationToken) =>
        await runs.FindAsync(runId, cancellationToken) is { } run
            ? MlflowRunMapping.Of(
                run,
                await ExperimentOfAsync(run, cancellationToken),
                run.Latest!.Select(metric =>
                    MlflowRunMapping.MetricOf(metric.Key, metric.Value.Value, metric.Value.At, metric.Value.Step)
                )
            )
            : null;

    /// <summary>The experiment of a run; a run whose job is not known yet has no project.</summary>
    public async Task<string> ExperimentOfAsync(RunView run, CancellationToken cancellationToken) =>
        (await experiments.OfProjectAsync(run.Project ?? "default", cancellationToken)).ToString(
            CultureInfo.InvariantCulture
        );

    /// <summary>Searches runs.</summary>
    public async Task<(IReadOnlyList<MlflowRun> Runs, bool HasMore)> SearchAsync(
        RunSearch search,
        int limit,
        long offset,
        CancellationToken cancellationToken
    )
    {
        var found = new List<(RunView Run, string Experiment)>();
        await using (
            var command = store.DataSource.CreateCommand(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    select {RunReader.Columns}, e.id::text as experiment from run r join experiment e on e.project = r.project {RunReader.PrimaryJoin}
                    where {search.Condition} order by {search.Order} limit {limit + 1} offset {offset}
                    """
                )
            )
        )
        {
            foreach (var parameter in search.Parameters)
            {
                command.Parameters.Add(new() { Value = parameter });
            }

            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add((RunReader.Read(reader), reader.Value<string>("experiment")));
            }
        }

        var page = found.Take(limit).ToList();
        var metrics = await LatestAsync([.. page.Select(row => row.Run.Id)], cancellationToken);
        return (
            [.. page.Select(row => MlflowRunMapping.Of(row.Run, row.Experiment, metrics[row.Run.Id]))],
            found.Count > limit
        );
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
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            metrics.Add(
                (
                    reader.GetString(0),
                    MlflowRunMapping.MetricOf(
                        reader.GetString(1),
                        reader.GetDouble(2),
                        await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellationToken),
                        reader.GetInt64(4)
                    )
                )
            );
        }

        return metrics.ToLookup(metric => metric.RunId, metric => metric.Metric, StringComparer.Ordinal);
    }
}
