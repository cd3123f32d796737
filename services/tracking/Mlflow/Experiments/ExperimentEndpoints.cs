using Platform.ServiceDefaults;

namespace Platform.Tracking.Mlflow.Experiments;

/// <summary>Which path is which request about experiments, and who may send it.</summary>
internal static class ExperimentEndpoints
{
    private static readonly string[] _get = ["GET"];
    private static readonly string[] _post = ["POST"];
    private static readonly string[] _getOrPost = ["GET", "POST"];

    public static void MapExperiments(this IEndpointRouteBuilder mlflow)
    {
        mlflow.Map<MlflowExperiments>(
            _post,
            "/experiments/create",
            Policies.CreateRun,
            (experiments, request, context) => experiments.CreateAsync(request, context)
        );
        mlflow.Map<MlflowExperiments>(
            _get,
            "/experiments/get",
            Policies.ReadRun,
            (experiments, request, context) => experiments.GetAsync(request, context)
        );
        mlflow.Map<MlflowExperiments>(
            _get,
            "/experiments/get-by-name",
            Policies.ReadRun,
            (experiments, request, context) => experiments.GetByNameAsync(request, context)
        );
        mlflow.Map<MlflowExperiments>(
            _getOrPost,
            "/experiments/search",
            Policies.Read,
            (experiments, request, context) => experiments.SearchAsync(request, context)
        );
        // Clients before 2.0.
        mlflow.Map<MlflowExperiments>(
            _get,
            "/experiments/list",
            Policies.Read,
            (experiments, request, context) => experiments.SearchAsync(request, context)
        );
        mlflow.Map<MlflowExperiments>(
            _post,
            "/experiments/update",
            Policies.Edit,
            (experiments, request, context) => experiments.RenameAsync(request, context)
        );
        mlflow.Map<MlflowExperiments>(
            _post,
            "/experiments/delete",
            Policies.Edit,
            (experiments, request, context) => experiments.DeleteAsync(request, context)
        );
        mlflow.Map<MlflowExperiments>(
            _post,
            "/experiments/restore",
            Policies.Edit,
            (experiments, request, context) => experiments.RestoreAsync(request, context)
        );
        mlflow.Map<MlflowExperiments>(
            _post,
            "/experiments/set-experiment-tag",
            Policies.Edit,
            (experiments, request, context) => experiments.SetTagAsync(request, context)
        );
        mlflow.Map<MlflowExperiments>(
            _post,
            "/experiments/delete-experiment-tag",
            Policies.Edit,
            (experiments, request, context) => experiments.DeleteTagAsync(request, context)
        );
    }
}
