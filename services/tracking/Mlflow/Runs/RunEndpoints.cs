using Platform.ServiceDefaults;

namespace Platform.Tracking.Mlflow.Runs;

/// <summary>Which path is which request about runs, and who may send it.</summary>
internal static class RunEndpoints
{
    private static readonly string[] _get = ["GET"];
    private static readonly string[] _post = ["POST"];

    public static void MapRuns(this IEndpointRouteBuilder mlflow)
    {
        mlflow.Map<MlflowRuns>(
            _post,
            "/runs/create",
            Policies.CreateRun,
            (runs, request, context) => runs.CreateAsync(request, context)
        );
        mlflow.Map<MlflowRuns>(
            _get,
            "/runs/get",
            Policies.ReadRun,
            (runs, request, context) => runs.GetAsync(request, context)
        );
        mlflow.Map<MlflowRuns>(
            _post,
            "/runs/update",
            Policies.TrackRun,
            (runs, request, context) => runs.UpdateAsync(request, context)
        );
        mlflow.Map<MlflowRuns>(
            _post,
            "/runs/delete",
            Policies.Edit,
            (runs, request, context) => runs.DeleteAsync(request, context)
        );
        mlflow.Map<MlflowRuns>(
            _post,
            "/runs/restore",
            Policies.Edit,
            (runs, request, context) => runs.RestoreAsync(request, context)
        );
        mlflow.Map<MlflowRuns>(
            _post,
            "/runs/search",
            Policies.Read,
            (runs, request, context) => runs.SearchAsync(request, context)
        );
    }

    public static void MapRunValues(this IEndpointRouteBuilder mlflow)
    {
        mlflow.Map<MlflowRunValues>(
            _post,
            "/runs/log-metric",
            Policies.TrackRun,
            (values, request, context) => values.LogMetricAsync(request, context)
        );
        mlflow.Map<MlflowRunValues>(
            _post,
            "/runs/log-parameter",
            Policies.TrackRun,
            (values, request, context) => values.LogParameterAsync(request, context)
        );
        mlflow.Map<MlflowRunValues>(
            _post,
            "/runs/set-tag",
            Policies.TrackRun,
            (values, request, context) => values.SetTagAsync(request, context)
        );
        mlflow.Map<MlflowRunValues>(
            _post,
            "/runs/delete-tag",
            Policies.TrackRun,
            (values, request, context) => values.DeleteTagAsync(request, context)
        );
        mlflow.Map<MlflowRunValues>(
            _post,
            "/runs/log-batch",
            Policies.TrackRun,
            (values, request, context) => values.LogBatchAsync(request, context)
        );
    }

    public static void MapRunModels(this IEndpointRouteBuilder mlflow)
    {
        mlflow.Map<MlflowRunModels>(
            _post,
            "/runs/log-model",
            Policies.TrackRun,
            (models, request, context) => models.LogModelAsync(request, context)
        );
    }

    public static void MapMetricHistory(this IEndpointRouteBuilder mlflow)
    {
        mlflow.Map<MlflowMetricHistory>(
            _get,
            "/metrics/get-history",
            Policies.ReadRun,
            (history, request, context) => history.GetAsync(request, context)
        );
        mlflow.Map<MlflowMetricHistory>(
            _get,
            "/metrics/get-history-bulk",
            Policies.ReadRun,
            (history, request, context) => history.GetBulkAsync(request, context)
        );
        mlflow.Map<MlflowMetricHistory>(
            _get,
            "/metrics/get-history-bulk-interval",
            Policies.ReadRun,
            (history, request, context) => history.GetSampledAsync(request, context)
        );
    }
}
