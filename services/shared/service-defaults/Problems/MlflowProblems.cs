using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

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
        StatusProblems.Describe(problem, http.Request);
        await http.Response.WriteAsJsonAsync(
            new JsonObject
            {
                ["error_code"] = CodeOf(http.Response.StatusCode),
                ["message"] = problem.Detail ?? problem.Title,
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

    /// <summary>The name that MLflow has for a status (<c>mlflow/exceptions.py</c>).</summary>
    private static string CodeOf(int status) =>
        status switch
        {
            StatusCodes.Status401Unauthorized => "UNAUTHENTICATED",
            StatusCodes.Status403Forbidden => "PERMISSION_DENIED",
            StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => "ENDPOINT_NOT_FOUND",
            StatusCodes.Status409Conflict => "RESOURCE_CONFLICT",
            StatusCodes.Status429TooManyRequests => "REQUEST_LIMIT_EXCEEDED",
            StatusCodes.Status502BadGateway
            or StatusCodes.Status503ServiceUnavailable
            or StatusCodes.Status507InsufficientStorage => "TEMPORARILY_UNAVAILABLE",
            StatusCodes.Status504GatewayTimeout => "DEADLINE_EXCEEDED",
            >= StatusCodes.Status500InternalServerError => "INTERNAL_ERROR",
            _ => "BAD_REQUEST",
        };
}
