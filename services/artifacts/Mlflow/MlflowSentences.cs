using Platform.Contracts.Sentences;

namespace Platform.Artifacts.Mlflow;

/// <summary>Why this service refuses a request of MLflow's clients.</summary>
internal static class MlflowSentences
{
    public static readonly Template RunId = new(
        "mlflow.run-id",
        "Missing value for required parameter 'run_id'. See the API docs for more information about request parameters."
    );

    public static readonly Template Path = new(
        "mlflow.path",
        "Must be EXPERIMENT/RUN/artifacts/PATH, without . and .. and empty parts."
    );

    public static readonly Template PageToken = new("mlflow.page-token", "Invalid page token.");

    public static readonly Template NoParts = new(
        "mlflow.no-parts",
        "Multipart upload is not supported for the current artifact repository. Upload the file in one request.",
        problem: "not-implemented"
    );
}
