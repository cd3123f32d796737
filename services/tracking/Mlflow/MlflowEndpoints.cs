using Platform.ServiceDefaults;
using Platform.Tracking.Mlflow.Experiments;
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
        services.AddSingleton<MlflowMetricHistory>();
    }

    public static void MapMlflow(this IEndpointRouteBuilder app)
    {
        foreach (var prefix in _prefixes)
        {
            var mlflow = app.MapGroup(prefix).ExcludeFromDescription();
            mlflow.MapExperiments();
            mlflow.MapRuns();
            mlflow.MapRunValues();
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

    /// <summary>Maps one request of the API.</summary>
    /// <param name="handle">Gives the answer's message.</param>
    public static void Map<TService>(
        this IEndpointRouteBuilder mlflow,
        string[]? methods,
        string path,
        string policy,
        Func<TService, MlflowRequest, HttpContext, Task<object>> handle
    )
        where TService : notnull
    {
        var endpoint = methods is null ? mlflow.Map(path, AnswerAsync) : mlflow.MapMethods(path, methods, AnswerAsync);
        endpoint.RequireAuthorization(policy);

        async Task AnswerAsync(HttpContext context)
        {
            try
            {
                await context.RequestServices.GetRequiredService<MlflowRunAccess>().EnterAsync(context);
                var request = await MlflowRequest.ReadAsync(context.Request, context.RequestAborted);
                var service = context.RequestServices.GetRequiredService<TService>();
                var answer = await handle(service, request, context);
                await context.Response.WriteAsJsonAsync(
                    answer,
                    answer.GetType(),
                    MlflowJson.Options,
                    context.RequestAborted
                );
            }
            catch (MlflowException error)
            {
                context.Response.StatusCode = error.Status;
                await context.Response.WriteAsJsonAsync(
                    new MlflowError(error.Code, error.Message),
                    MlflowJson.Options,
                    context.RequestAborted
                );
            }
        }
    }

    /// <summary>An answer without fields.</summary>
    public static object Empty { get; } = new { };

    /// <summary>A page token that only says how many were before.</summary>
    public static string? TokenOf(long offset, bool hasMore) =>
        hasMore
            ? Convert.ToBase64String(
                System.Text.Encoding.ASCII.GetBytes(
                    string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"offset\":{offset}}}")
                )
            )
            : null;

    /// <summary>Reads a token of <see cref="TokenOf"/>.</summary>
    public static long OffsetOf(string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            return 0;
        }

        try
        {
            var json = System.Text.Json.JsonElement.Parse(Convert.FromBase64String(token));
            return json.GetProperty("offset").GetInt64() is >= 0 and var offset
                ? offset
                : throw new FormatException("negative");
        }
        catch (Exception exception)
            when (exception
                    is FormatException
                        or System.Text.Json.JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
            )
        {
            throw MlflowException.Invalid("Invalid page token, could not base64-decode");
        }
    }

    /// <summary>How many items a page has.</summary>
    public static int LimitOf(MlflowRequest request, int usual, int most) =>
        request.Whole("max_results") is not { } wanted ? usual
        : wanted >= 1 && wanted <= most ? (int)wanted
        : throw MlflowException.Invalid(
            $"Invalid value {wanted} for parameter 'max_results' supplied. It must be a positive integer of at most {most}."
        );
}
