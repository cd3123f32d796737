using Platform.Mlflow;
using Platform.ServiceDefaults;
using Platform.Tracking.Mlflow.Experiments;
using Platform.Tracking.Mlflow.Inputs;
using Platform.Tracking.Mlflow.LoggedModels;
using Platform.Tracking.Mlflow.Runs;

namespace Platform.Tracking.Mlflow;

/// <summary>
/// MLflow's REST API under the two prefixes that its clients and its web app use. It is described by MLflow, and so left out of the
/// platform's own description.
/// </summary>
internal static class MlflowEndpoints
{
    /// <summary>Where MLflow's clients, and its web app, look for it.</summary>
    private static readonly string[] _prefixes = ["/api/2.0/mlflow", "/ajax-api/2.0/mlflow"];

    public static void AddMlflow(this IServiceCollection services)
    {
        services.AddSingleton<ExperimentDirectory>();
        services.AddSingleton<MlflowExperiments>();
        services.AddSingleton<MlflowRunAccess>();
        services.AddSingleton<MlflowRunReader>();
        services.AddSingleton<MlflowRuns>();
        services.AddSingleton<MlflowRunValues>();
        services.AddSingleton<MlflowRunModels>();
        services.AddSingleton<MlflowMetricHistory>();
        services.AddSingleton<RunInputs>();
        services.AddSingleton<MlflowInputs>();
        services.AddSingleton<LoggedModelReader>();
        services.AddSingleton<LoggedModelAccess>();
        services.AddSingleton<LoggedModelMetrics>();
        services.AddSingleton<LoggedModelPurge>();
        services.AddSingleton<MlflowLoggedModels>();
    }

    public static void MapMlflow(this IEndpointRouteBuilder app)
    {
        foreach (var prefix in _prefixes)
        {
            var mlflow = app.MapGroup(prefix).ExcludeFromDescription();
            mlflow.MapExperiments();
            mlflow.MapRuns();
            mlflow.MapRunValues();
            mlflow.MapRunModels();
            mlflow.MapRunInputs();
            mlflow.MapLoggedModels();
            mlflow.MapMetricHistory();
            mlflow.Map<MlflowRunAccess>(
                methods: null,
                "/{**rest}",
                Policies.SignedIn,
                (_, _, context) =>
                    throw new MlflowException(
                        "ENDPOINT_NOT_FOUND",
                        $"The platform has no {context.Request.Method} {context.Request.Path} of MLflow's API."
                    )
            );
        }
    }

    /// <summary>Maps one request of the API; processes of attempts that are over are refused.</summary>
    /// <param name="handle">Gives the answer's message.</param>
    public static void Map<TService>(
        this IEndpointRouteBuilder mlflow,
        string[]? methods,
        string path,
        string policy,
        Func<TService, MlflowRequest, HttpContext, Task<object>> handle
    )
        where TService : notnull =>
        mlflow.MapMlflow(
            methods,
            path,
            policy,
            context => context.RequestServices.GetRequiredService<MlflowRunAccess>().EnterAsync(context),
            handle
        );
}
