using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Platform.ServiceDefaults;

/// <summary>
/// Writes problems in the form of MLflow where its clients are answered: they know no other, and branch on <c>error_code</c>. It is asked
/// before the writer of problem documents, whoever refuses a request.
/// </summary>
internal sealed class MlflowProblems : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => IsOfMlflow(context.HttpContext.Request.Path);

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        // The framework's own problems have none.
        var isOurs = problem.Extensions.ContainsKey("code");
        StatusProblems.Describe(problem, http.Request);
        await http.Response.WriteAsJsonAsync(
            new JsonObject
            {
                ["error_code"] = CodeOf(http.Response.StatusCode, problem, isOurs),
                ["message"] = MessageOf(problem),
                ["trace_id"] = StatusProblems.TraceOf(http),
            }
        );
    }

    /// <summary>True for the addresses of MLflow, which alone have a version: <c>/api/2.0/mlflow</c>, <c>/ajax-api/3.0/mlflow</c>.</summary>
    private static bool IsOfMlflow(PathString path) =>
        path.Value?.Split('/', StringSplitOptions.RemoveEmptyEntries) is [var root, var version, ..]
        && (Is(root, "api") || Is(root, "ajax-api"))
        && Version.TryParse(version, out _);

    private static bool Is(string part, string name) => string.Equals(part, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong, of each field where several are.</summary>
    private static string? MessageOf(ProblemDetails problem) =>
        problem is HttpValidationProblemDetails { Errors: var errors }
            ? string.Join(
                ' ',
                errors.SelectMany(field => field.Value.Select(text => $"Invalid parameter '{field.Key}': {text}"))
            )
            : problem.Detail ?? problem.Title;

    /// <summary>The name that MLflow has for a problem (<c>mlflow/exceptions.py</c>).</summary>
    private static string CodeOf(int status, ProblemDetails problem, bool isOurs) =>
        status switch
        {
            StatusCodes.Status400BadRequest when problem is HttpValidationProblemDetails => "INVALID_PARAMETER_VALUE",
            StatusCodes.Status401Unauthorized => "UNAUTHENTICATED",
            StatusCodes.Status403Forbidden => "PERMISSION_DENIED",
            StatusCodes.Status404NotFound when isOurs => "RESOURCE_DOES_NOT_EXIST",
            StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => "ENDPOINT_NOT_FOUND",
            StatusCodes.Status409Conflict => "RESOURCE_CONFLICT",
            StatusCodes.Status429TooManyRequests => "REQUEST_LIMIT_EXCEEDED",
            StatusCodes.Status501NotImplemented => "NOT_IMPLEMENTED",
            StatusCodes.Status502BadGateway
            or StatusCodes.Status503ServiceUnavailable
            or StatusCodes.Status507InsufficientStorage => "TEMPORARILY_UNAVAILABLE",
            StatusCodes.Status504GatewayTimeout => "DEADLINE_EXCEEDED",
            >= StatusCodes.Status500InternalServerError => "INTERNAL_ERROR",
            _ => "BAD_REQUEST",
        };
}
