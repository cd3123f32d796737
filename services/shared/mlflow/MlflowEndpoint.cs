using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Mlflow;

/// <summary>Maps requests of MLflow's API.</summary>
public static class MlflowEndpoint
{
    /// <summary>An answer without fields.</summary>
    public static object Empty { get; } = new { };

    /// <summary>Maps one request, answered in MLflow's JSON, also where it fails.</summary>
    /// <param name="methods">Null for all.</param>
    /// <param name="enter">Refuses callers, with a <see cref="MlflowException"/>, before the request is read.</param>
    /// <param name="handle">Gives the answer's message.</param>
    public static void MapMlflow<TService>(
        this IEndpointRouteBuilder mlflow,
        string[]? methods,
        string path,
        string policy,
        Func<HttpContext, Task> enter,
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
                await enter(context);
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
}
