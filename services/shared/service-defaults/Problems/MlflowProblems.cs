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
        // Asked before a code is given to problems that have none.
        var code = MlflowCodes.Of(http.Response.StatusCode, problem);
        StatusProblems.Describe(problem, http.Request);
        await http.Response.WriteAsJsonAsync(
            new JsonObject
            {
                ["error_code"] = code,
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
}
