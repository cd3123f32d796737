using Platform.ServiceDefaults;

namespace Platform.Tracking.Mlflow.Inputs;

/// <summary>Which path is which request about what runs read and made, and who may send it.</summary>
internal static class InputEndpoints
{
    private static readonly string[] _post = ["POST"];

    public static void MapRunInputs(this IEndpointRouteBuilder mlflow)
    {
        mlflow.Map<MlflowInputs>(
            _post,
            "/runs/log-inputs",
            Policies.TrackRun,
            (inputs, request, context) => inputs.LogInputsAsync(request, context)
        );
        mlflow.Map<MlflowInputs>(
            _post,
            "/runs/outputs",
            Policies.TrackRun,
            (inputs, request, context) => inputs.LogOutputsAsync(request, context)
        );
        mlflow.Map<MlflowInputs>(
            _post,
            "/experiments/search-datasets",
            Policies.Read,
            (inputs, request, context) => inputs.SearchDatasetsAsync(request, context)
        );
    }
}
