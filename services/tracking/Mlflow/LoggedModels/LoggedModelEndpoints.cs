using Platform.ServiceDefaults;

namespace Platform.Tracking.Mlflow.LoggedModels;

/// <summary>
/// Which path is which request about logged models, and who may send it. Their files are the artifacts service's, as is the list of them.
/// </summary>
internal static class LoggedModelEndpoints
{
    private const string One = "/logged-models/{model_id}";

    private static readonly string[] _get = ["GET"];
    private static readonly string[] _post = ["POST"];
    private static readonly string[] _patch = ["PATCH"];
    private static readonly string[] _delete = ["DELETE"];

    public static void MapLoggedModels(this IEndpointRouteBuilder mlflow)
    {
        mlflow.Map<MlflowLoggedModels>(
            _post,
            "/logged-models",
            Policies.CreateRun,
            (models, request, context) => models.CreateAsync(request, context)
        );
        mlflow.Map<MlflowLoggedModels>(
            _post,
            "/logged-models/search",
            Policies.ReadRun,
            (models, request, context) => models.SearchAsync(request, context)
        );
        mlflow.Map<MlflowLoggedModels>(
            _get,
            One,
            Policies.ReadRun,
            (models, request, context) => models.GetAsync(request, context)
        );
        mlflow.Map<MlflowLoggedModels>(
            _patch,
            One,
            Policies.TrackRun,
            (models, request, context) => models.FinalizeAsync(request, context)
        );
        mlflow.Map<MlflowLoggedModels>(
            _delete,
            One,
            Policies.Edit,
            (models, request, context) => models.DeleteAsync(request, context)
        );
        mlflow.Map<MlflowLoggedModels>(
            _post,
            $"{One}/params",
            Policies.TrackRun,
            (models, request, context) => models.LogParamsAsync(request, context)
        );
        mlflow.Map<MlflowLoggedModels>(
            _patch,
            $"{One}/tags",
            Policies.TrackRun,
            (models, request, context) => models.SetTagsAsync(request, context)
        );
        mlflow.Map<MlflowLoggedModels>(
            _delete,
            // Clients leave the slashes of a key as they are.
            $"{One}/tags/{{**tag_key}}",
            Policies.TrackRun,
            (models, request, context) => models.DeleteTagAsync(request, context)
        );
    }
}
