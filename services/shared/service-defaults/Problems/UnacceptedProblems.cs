using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults;

/// <summary>
/// Writes problem documents to clients whose <c>Accept</c> does not name JSON: they asked for a stream of events, a table or a picture, and
/// would be refused with an empty answer. It is asked last.
/// </summary>
internal sealed class UnacceptedProblems(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (response, problem) = (context.HttpContext.Response, context.ProblemDetails);
        problem.Status ??= response.StatusCode;
        problem.Title ??= ReasonPhrases.GetReasonPhrase(problem.Status.Value);
        options.Value.CustomizeProblemDetails?.Invoke(context);
        await response.WriteAsJsonAsync(
            problem,
            problem.GetType(),
            options: null,
            MediaTypeNames.Application.ProblemJson,
            context.HttpContext.RequestAborted
        );
    }
}
