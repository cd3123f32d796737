using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>Turns exceptions that reach the edge into problem documents (RFC 9457); exception texts stay inside.</summary>
internal sealed class ExceptionProblems(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext,
        Exception exception,
        CancellationToken cancellationToken
    )
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = ProblemFor(exception, httpContext.Request);
        httpContext.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(
            new ProblemDetailsContext
            {
                HttpContext = httpContext,
                ProblemDetails = problem,
                Exception = exception,
            }
        );
    }

    private static ProblemDetails ProblemFor(Exception exception, HttpRequest request) =>
        exception switch
        {
            StreamVersionConflictException conflict => Problem(
                request.Headers.IfMatch.Count > 0 ? 412 : 409,
                "version-conflict",
                $"It was changed meanwhile: it is at version {conflict.Actual}, not {conflict.Expected}. Read it again and retry."
            ),
            BadHttpRequestException { InnerException: JsonException json } => Problem(
                400,
                "invalid-json",
                Describe(json)
            ),
            BadHttpRequestException bad when bad.Message.Contains("no body was provided", StringComparison.Ordinal) =>
                Problem(bad.StatusCode, "bad-request", "This address expects a JSON body."),
            BadHttpRequestException bad => Problem(bad.StatusCode, "bad-request", BindingFailure.Describe(bad.Message)),
            NpgsqlException away when away.IsTransient || DatabaseFailures.IsUnreachable(away) => Unavailable(),
            TimeoutException => Unavailable(),
            _ => Problem(500, "internal", "Something went wrong here. The log has the details under this trace id."),
        };

    private static ProblemDetails Unavailable() =>
        Problem(
            503,
            "unavailable",
            "A part of the platform does not answer at the moment. Nothing was changed; try again."
        );

    private static ProblemDetails Problem(int status, string code, string detail) =>
        new()
        {
            Status = status,
            Type = ProblemResults.TypeOf(code),
            Detail = detail,
        };

    /// <summary>Says which field of the body is wrong, without naming types of ours.</summary>
    private static string Describe(JsonException json)
    {
        var path = json.Path is { Length: > 1 } known ? known.TrimStart('$', '.') : null;
        return NameIn(json.Message, "The JSON property '") is { } unknown ? $"Unknown field '{unknown}'."
            : json.Message.StartsWith("Duplicate propert", StringComparison.Ordinal)
                ? $"The field '{NameIn(json.Message, "Duplicate property '") ?? path}' is given twice."
            : path is not null ? $"The field '{path}' has the wrong type or is missing something."
            : "The body is not the JSON that this address expects.";
    }

    /// <summary>The name of a field in one of the serializer's messages.</summary>
    private static string? NameIn(string message, string beginning) =>
        message.StartsWith(beginning, StringComparison.Ordinal)
            ? message[beginning.Length..message.IndexOf('\'', beginning.Length)]
            : null;
}
