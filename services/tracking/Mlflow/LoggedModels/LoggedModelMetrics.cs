using Npgsql;
using Platform.EventStore;
using Platform.Mlflow;
using Platform.Tracking.Mlflow.Runs;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>A value that was logged for a model, of a dataset where it says so.</summary>
internal sealed record ModelMetric(
    string ModelId,
    string Key,
    string Dataset,
    string Digest,
    double Value,
    DateTimeOffset At,
    long Step
)
{
    private const int MaxDataset = 500;
    private const int MaxDigest = 36;

    /// <summary>Those of a request's metrics that name a model.</summary>
    public static IReadOnlyList<ModelMetric> Of(IReadOnlyList<MlflowRequest> metrics, DateTimeOffset now) =>
        [
            .. metrics
                .Where(metric => !string.IsNullOrEmpty(metric.Text("model_id")))
                .Select(metric => new ModelMetric(
                    metric.RequiredText("model_id"),
                    MlflowValues.KeyOf(metric),
                    Limited(metric, "dataset_name", MaxDataset),
                    Limited(metric, "dataset_digest", MaxDigest),
                    MlflowJson.Clamped(metric.RequiredNumber("value")),
                    metric.Whole("timestamp") is { } milliseconds ? MlflowValues.TimeOf(milliseconds) : now,
                    metric.Whole("step") ?? 0
                )),
        ];

    private static string Limited(MlflowRequest metric, string field, int max) =>
        (metric.Text(field) ?? "") is { } text && text.Length <= max
            ? text
            : throw MlflowException.Invalid($"'{field}' exceeds the maximum length of {max} characters");
}

/// <summary>Stores the last value of each metric that runs log for models.</summary>
internal sealed class LoggedModelMetrics(TrackingStore store)
{
    public async Task WriteAsync(string runId, IReadOnlyList<ModelMetric> metrics, CancellationToken cancellationToken)
    {
        if (metrics.Count == 0)
        {
            return;
        }

        await using var batch = store.DataSource.CreateBatch();
        batch.Add(
            """
            insert into logged_model_metric as m (model_id, run_id, key, dataset_name, dataset_digest, value, at, step)
            select distinct on (model, key, dataset, digest) model, $1, key, dataset, digest, value, at, step
            from unnest($2, $3, $4, $5, $6, $7, $8) n (model, key, dataset, digest, value, at, step)
            where exists (select from logged_model l where l.id = model)
            order by model, key, dataset, digest, step desc, at desc, value desc
            on conflict (model_id, key, dataset_name, dataset_digest, run_id)
            do update set value = excluded.value, at = excluded.at, step = excluded.step
            where (excluded.step, excluded.at, excluded.value) > (m.step, m.at, m.value)
            """,
            runId,
            metrics.Select(metric => metric.ModelId).ToArray(),
            metrics.Select(metric => metric.Key).ToArray(),
            metrics.Select(metric => metric.Dataset).ToArray(),
            metrics.Select(metric => metric.Digest).ToArray(),
            metrics.Select(metric => metric.Value).ToArray(),
            metrics.Select(metric => metric.At.ToUniversalTime()).ToArray(),
            metrics.Select(metric => metric.Step).ToArray()
        );
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes those of a model that goes for good.</summary>
    public static void AddDeletion(NpgsqlBatch batch, string modelId) =>
        batch.Add("delete from logged_model_metric where model_id = $1", modelId);
}
