using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Platform.Contracts.Sentences;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>Turns exceptions that reach the edge into problem documents (RFC 9457); exception texts stay inside.</summary>
internal sealed partial class ExceptionProblems(IProblemDetailsService problems) : IExceptionHandler
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
            StreamVersionConflictException conflict => ProblemResults.Details(
                request.Headers.IfMatch.Count > 0 ? 412 : 409,
                RequestSentences.Changed.With(conflict.Actual, conflict.Expected)
            ),
            StreamOfAnotherKindException other => ProblemResults.Details(
                409,
                RequestSentences.IdTaken.With(ClientText.Brief(other.StreamId))
            ),
            BrokenBodyException => ProblemResults.Details(400, RequestSentences.BrokenCompression),
            BadHttpRequestException { InnerException: JsonException json } => ProblemResults.Details(
                400,
                Describe(json)
            ),
            BadHttpRequestException bad when bad.Message.Contains("no body was provided", StringComparison.Ordinal) =>
                ProblemResults.Details(bad.StatusCode, RequestSentences.NoBody),
            // Of their status the framework says more than how it is called.
            BadHttpRequestException { StatusCode: 413 or 415 } bad => ProblemResults.Details(
                bad.StatusCode,
                StatusProblems.SentenceFor(bad.StatusCode, request)!
            ),
            BadHttpRequestException bad => ProblemResults.Details(bad.StatusCode, BindingFailure.Describe(bad.Message)),
            PostgresException { SqlState: PostgresErrorCodes.DiskFull } => ProblemResults.Details(
                507,
                RequestSentences.DiskFull
            ),
            NpgsqlException away when away.IsTransient || DatabaseFailures.IsUnreachable(away) => Unavailable(),
            TimeoutException => Unavailable(),
            _ => ProblemResults.Details(500, RequestSentences.Internal),
        };

    private static ProblemDetails Unavailable() => ProblemResults.Details(503, RequestSentences.Unavailable);

    /// <summary>Says which field of the body is wrong, without naming types of ours.</summary>
    private static Sentence Describe(JsonException json)
    {
        var path = json.Path is { Length: > 1 } known ? ClientText.Brief(known.TrimStart('$', '.')) : null;
        return NameIn(json.Message, "The JSON property '") is { } unknown ? RequestSentences.UnknownField.With(unknown)
            : json.Message.StartsWith("Duplicate propert", StringComparison.Ordinal)
                ? RequestSentences.DoubledField.With(NameIn(json.Message, "Duplicate property '") ?? path ?? "")
            : Missing().Match(json.Message) is { Success: true } missing
                ? RequestSentences.MissingField.With(
                    string.Join('.', new[] { path, missing.Groups["name"].Value }.OfType<string>())
                )
            : path is not null ? RequestSentences.WrongField.With(path)
            : RequestSentences.OtherJson;
    }

    /// <summary>The first of the fields that are not there; their path is that of the object without them.</summary>
    [GeneratedRegex(
        @"was missing required properties including: '(?<name>[^']+)'",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Missing();

    /// <summary>The name of a field in one of the serializer's messages.</summary>
    private static string? NameIn(string message, string beginning) =>
        message.StartsWith(beginning, StringComparison.Ordinal)
            ? ClientText.Brief(message[beginning.Length..message.IndexOf('\'', beginning.Length)])
            : null;
}
