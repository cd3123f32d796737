using Platform.Contracts.Tracking;
using Platform.Mlflow;
using Platform.Mlflow.Filtering;
using Platform.ServiceDefaults;
using Platform.Tracking.Mlflow.Experiments;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>Which logged models are searched for, and their order, as SQL over <see cref="LoggedModelReader.Tables"/>.</summary>
internal static class LoggedModelSearch
{
    private const int MaxDatasets = 100;

    /// <summary>How MLflow's protocol names a status, which its clients' filters leave out.</summary>
    private const string Protocol = "LOGGED_MODEL_";
    private const string Failed = "UPLOAD_FAILED";

    private static readonly AttributeColumn _created = new("l.created_at", AttributeKind.Time);
    private static readonly AttributeColumn _updated = new("l.updated_at", AttributeKind.Time);

    private static readonly AttributeColumns _columns = new(
        new Dictionary<string, AttributeColumn>(StringComparer.Ordinal)
        {
            ["model_id"] = new("l.id", AttributeKind.Text),
            ["name"] = new("l.name", AttributeKind.Text),
            ["model_type"] = new("l.model_type", AttributeKind.Text),
            ["status"] = new("l.status", AttributeKind.Text) { Means = StatusOf },
            ["source_run_id"] = new("l.run_id", AttributeKind.Text)
            {
                Means = id => RunIds.TryNormalize(id, out var normalized) ? normalized : id,
            },
            ["creation_time"] = _created,
            ["creation_timestamp"] = _created,
            ["creation_timestamp_ms"] = _created,
            ["last_updated_time"] = _updated,
            ["last_updated_timestamp"] = _updated,
            ["last_updated_timestamp_ms"] = _updated,
        },
        Tags: "l.tags",
        DefaultOrder: "l.created_at desc",
        LastOrder: "l.id"
    )
    {
        Params = "l.params",
    };

    /// <param name="job">Only what this job logged; null for everything.</param>
    public static AttributeSearch Of(MlflowRequest request, Guid? job)
    {
        var experiments = request.ExperimentIdsOf();
        var datasets = request.Objects("datasets");
        if (datasets.Count > MaxDatasets)
        {
            throw MlflowException.Invalid($"A search has at most {MaxDatasets} datasets.");
        }

        return AttributeSearch.Of(
            request.Text("filter"),
            [.. request.Objects("order_by").Select(OrderOf)],
            ColumnsOf(datasets),
            parameter =>
            {
                var conditions = new List<string>
                {
                    $"not {LoggedModelReader.IsDeleted}",
                    $"l.experiment_id = any(array(select x.id from experiment x where x.id = any({parameter(experiments)}) and not x.is_deleted))",
                };
                if (job is { } one)
                {
                    conditions.Add($"{LoggedModelReader.JobId} = {parameter(one)}");
                }

                return conditions;
            }
        );
    }

    /// <summary>A status as the protocol names it.</summary>
    public static string NameOf(string status) => Protocol + (status is "FAILED" ? Failed : status);

    /// <summary>A status as the table has it, by each of its names.</summary>
    public static string StatusOf(string name)
    {
        var upper = name.ToUpperInvariant();
        var status = upper.StartsWith(Protocol, StringComparison.Ordinal) ? upper[Protocol.Length..] : upper;
        return status is Failed ? "FAILED" : status;
    }

    private static AttributeOrder OrderOf(MlflowRequest order)
    {
        IReadOnlyList<MlflowRequest> datasets = order.Text("dataset_name") is { Length: > 0 } ? [order] : [];
        var name = order.RequiredText("field_name");
        return FilterParser.ParseOrder(name, out var isDescending) is { } field && !isDescending
            ? new AttributeOrder(field, !order.Flag("ascending", usually: true), ColumnsOf(datasets))
            : throw MlflowException.Invalid($"Invalid order_by field name '{ClientText.Brief(name)}'.");
    }

    /// <param name="datasets">Metrics that are compared are of one of these; of any where there are none.</param>
    private static AttributeColumns ColumnsOf(IReadOnlyList<MlflowRequest> datasets)
    {
        var wanted = datasets
            .Select(dataset => (Name: dataset.RequiredText("dataset_name"), Digest: dataset.Text("dataset_digest")))
            .ToList();
        return _columns with
        {
            Metrics = (key, parameter) =>
            {
                var of = wanted.Select(dataset =>
                    string.IsNullOrEmpty(dataset.Digest)
                        ? $"m.dataset_name = {parameter(dataset.Name)}"
                        : $"(m.dataset_name = {parameter(dataset.Name)} and m.dataset_digest = {parameter(dataset.Digest)})"
                );
                var condition = wanted.Count == 0 ? "" : $" and ({string.Join(" or ", of)})";
                // NaN fulfils no comparison, and is last.
                return new AttributeColumn("nullif(m.value, 'NaN')", AttributeKind.Number)
                {
                    From = $"logged_model_metric m where m.model_id = l.id and m.key = {parameter(key)}{condition}",
                    Last = "order by m.step desc, m.at desc",
                };
            },
        };
    }
}
