using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults;

/// <summary>Describes what the framework refuses before a handler of ours sees it, which it does with a bare status.</summary>
internal static class StatusProblems
{
    /// <summary>Gives a problem without a type of ours one, where there is one for its status.</summary>
    public static void Describe(ProblemDetails problem, HttpRequest request)
    {
        if (problem.Extensions.ContainsKey("code") || SentenceFor(problem.Status, request) is not { } sentence)
        {
            return;
        }

        var ours = ProblemResults.Details(problem.Status!.Value, sentence);
        (problem.Type, problem.Detail) = (ours.Type, ours.Detail);
        foreach (var (name, value) in ours.Extensions)
        {
            problem.Extensions[name] = value;
        }
    }

    /// <summary>Under which the log has the details of a request.</summary>
    public static string TraceOf(HttpContext context) =>
        Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    /// <summary>What a status says of a request; null for one that needs more than that.</summary>
    public static Sentence? SentenceFor(int? status, HttpRequest request)
    {
        var path = $"{request.PathBase}{request.Path}";
        return status switch
        {
            StatusCodes.Status400BadRequest => RequestSentences.Broken,
            StatusCodes.Status404NotFound => RequestSentences.NoAddress.With(path),
            StatusCodes.Status405MethodNotAllowed => RequestSentences.NoMethod.With(path, request.Method),
            StatusCodes.Status412PreconditionFailed => RequestSentences.Condition,
            StatusCodes.Status413PayloadTooLarge => RequestSentences.BodyTooLarge,
            StatusCodes.Status415UnsupportedMediaType => RequestSentences.NoMediaType.With(path),
            _ => null,
        };
    }
}
