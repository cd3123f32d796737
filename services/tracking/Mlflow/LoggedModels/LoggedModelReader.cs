using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Mlflow.Runs;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>A logged model with what only the platform needs.</summary>
internal sealed record FoundModel(MlflowLoggedModel Model, Guid? JobId);

/// <summary>Reads logged models. One whose run is in the recycle bin is there with it.</summary>
internal sealed class LoggedModelReader(TrackingStore store)
{
    /// <summary>What is read from.</summary>
    public const string Tables = "logged_model l left join run r on r.id = l.run_id";

    /// <summary>Whether it is in the recycle bin.</summary>
    public const string IsDeleted = "(l.deleted_at is not null or coalesce(r.is_deleted, false))";

    /// <summary>The job whose process logged it, or whose run did.</summary>
    public const string JobId = "coalesce(l.job_id, r.job_id)";

    private const string Columns =
        $"l.id, l.experiment_id, l.name, l.model_type, l.run_id, l.creator, l.status, l.params::text as params, l.tags::text as tags, l.created_at, l.updated_at, {JobId} as job_id";

    /// <summary>One that is not in the recycle bin; null when there is none.</summary>
    public async Task<FoundModel?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await QueryAsync($"l.id = $1 and not {IsDeleted}", [id], "l.id", 1, 0, cancellationToken)).SingleOrDefault();

    /// <summary>Those of some ids that are not in the recycle bin.</summary>
    public Task<IReadOnlyList<FoundModel>> FindAsync(
        IReadOnlyCollection<string> ids,
        CancellationToken cancellationToken
    ) => QueryAsync($"l.id = any($1) and not {IsDeleted}", [ids.ToArray()], "l.id", ids.Count, 0, cancellationToken);

    /// <summary>Logged models by condition, with their metrics.</summary>
    public async Task<IReadOnlyList<FoundModel>> QueryAsync(
        string condition,
        IReadOnlyList<object> parameters,
        string order,
        int limit,
        long offset,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            string.Create(
                CultureInfo.InvariantCulture,
                $"select {Columns} from {Tables} where {condition} order by {order} limit {limit} offset {offset}"
            )
        );
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        var found = new List<FoundModel>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add(Read(reader));
            }
        }

        var metrics = await ReadMetricsAsync([.. found.Select(model => model.Model.Info.ModelId)], cancellationToken);
        return
        [
            .. found.Select(model =>
                model with
                {
                    Model = model.Model with
                    {
                        Data = model.Model.Data with { Metrics = metrics[model.Model.Info.ModelId].ToList().OrNull() },
                    },
                }
            ),
        ];
    }

    private async Task<ILookup<string, MlflowMetric>> ReadMetricsAsync(
        string[] models,
        CancellationToken cancellationToken
    )
    {
        await using var command = store.DataSource.CreateCommand(
            """
            select model_id, run_id, key, dataset_name, dataset_digest, value, at, step from logged_model_metric
            where model_id = any($1) order by model_id, key, dataset_name, dataset_digest, run_id
            """
        );
        command.Parameters.Add(new() { Value = models });
        var metrics = new List<MlflowMetric>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            metrics.Add(
                MlflowRunMapping.MetricOf(
                    reader.Value<string>("key"),
                    reader.Value<double>("value"),
                    reader.Value<DateTimeOffset>("at"),
                    reader.Value<long>("step"),
                    MlflowRunMapping.IdOf(reader.Value<string>("run_id"))
                ) with
                {
                    ModelId = reader.Value<string>("model_id"),
                    DatasetName = OrNull(reader.Value<string>("dataset_name")),
                    DatasetDigest = OrNull(reader.Value<string>("dataset_digest")),
                }
            );
        }

        return metrics.ToLookup(metric => metric.ModelId!, StringComparer.Ordinal);
    }

    private static FoundModel Read(DbDataReader row)
    {
        var id = row.Value<string>("id");
        var experiment = row.Value<long>("experiment_id").ToString(CultureInfo.InvariantCulture);
        var status = row.Value<string>("status");
        return new FoundModel(
            new MlflowLoggedModel(
                new MlflowLoggedModelInfo
                {
                    ModelId = id,
                    ExperimentId = experiment,
                    Name = row.Value<string>("name"),
                    CreationTimestampMs = row.Value<DateTimeOffset>("created_at").ToUnixTimeMilliseconds(),
                    LastUpdatedTimestampMs = row.Value<DateTimeOffset>("updated_at").ToUnixTimeMilliseconds(),
                    ArtifactUri = $"{MlflowExperiments.LocationOf(experiment)}/models/{id}/artifacts",
                    Status = LoggedModelSearch.NameOf(status),
                    CreatorId = row.TextOrNull("creator"),
                    ModelType = row.TextOrNull("model_type"),
                    SourceRunId = row.TextOrNull("run_id") is { } run ? MlflowRunMapping.IdOf(run) : null,
                    Tags = PairsOf(row, "tags"),
                },
                new MlflowLoggedModelData(PairsOf(row, "params"), Metrics: null)
            ),
            row.ValueOrNull<Guid>("job_id")
        );
    }

    private static IReadOnlyList<MlflowTag>? PairsOf(DbDataReader row, string column) =>
        JsonElement
            .Parse(row.Value<string>(column))
            .EnumerateObject()
            .Select(pair => new MlflowTag(pair.Name, pair.Value.GetString()!))
            .ToList()
            .OrNull();

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
