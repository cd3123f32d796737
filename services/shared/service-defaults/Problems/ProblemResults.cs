using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Sentences;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>
/// Problem documents for refusals and missing things. Beside the members of RFC 9457 they have the sentence's <c>code</c> and
/// <c>args</c> (<see cref="SentenceCode"/>).
/// </summary>
public static class ProblemResults
{
    private const string Types = "/problems/";

    /// <summary>The address that names a kind of problem: <c>/problems/job.invalid-transition</c>.</summary>
    public static string TypeOf(string code) => $"{Types}{code}";

    /// <summary>The same address where the platform is shown below a path, so that it still answers.</summary>
    internal static string? Below(PathString prefix, string? type) =>
        type?.StartsWith(Types, StringComparison.Ordinal) is true ? prefix + type : type;

    /// <summary>A problem.</summary>
    /// <param name="detail">What was wrong this time; it names the kind of problem (<see cref="Sentence.Problem"/>).</param>
    public static ProblemHttpResult Problem(int status, Sentence detail) =>
        TypedResults.Problem(Details(status, detail));

    /// <summary>A refused command: 409 unless the caller knows better.</summary>
    public static ProblemHttpResult From(Refusal refusal, int status = StatusCodes.Status409Conflict)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return Problem(status, Refusals.SentenceOf(refusal));
    }

    /// <summary>404 for a thing that does not exist.</summary>
    public static ProblemHttpResult NotFound(Sentence detail) => Problem(StatusCodes.Status404NotFound, detail);

    /// <summary>412 for an <c>If-Match</c> that is no version of ours (<see cref="ETags.TryGetIfMatch"/>).</summary>
    public static ProblemHttpResult UnknownVersion() =>
        Problem(StatusCodes.Status412PreconditionFailed, RequestSentences.UnknownVersion);

    /// <summary>412 for an <c>If-Match</c> that names another version than the present one, of what is no stream.</summary>
    public static ProblemHttpResult OtherVersion(long actual, long expected) =>
        Problem(StatusCodes.Status412PreconditionFailed, RequestSentences.Changed.With(actual, expected));

    /// <summary>400 for one field.</summary>
    public static ProblemHttpResult Invalid(string field, Sentence error) => Invalid(FieldErrors.Of(field, error));

    /// <summary>400 with what is wrong, by field: <c>errors</c> in English, <c>errorCodes</c> with the codes.</summary>
    public static ProblemHttpResult Invalid(FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return TypedResults.Problem(
            new HttpValidationProblemDetails(errors.Texts)
            {
                Status = StatusCodes.Status400BadRequest,
                Type = TypeOf("validation"),
                Extensions = { ["code"] = "validation", ["errorCodes"] = errors.Codes },
            }
        );
    }

    internal static ProblemDetails Details(int status, Sentence detail)
    {
        ArgumentNullException.ThrowIfNull(detail);
        var problem = new ProblemDetails
        {
            Status = status,
            Type = TypeOf(detail.Problem ?? detail.Code?.Code ?? "internal"),
            Detail = detail.Text,
        };
        if (detail.Code is { } code)
        {
            problem.Extensions["code"] = code.Code;
            problem.Extensions["args"] = code.Args ?? new Dictionary<string, string>(StringComparer.Ordinal);
            if (code.Parts is { } parts)
            {
                problem.Extensions["parts"] = parts;
            }
        }

        return problem;
    }
}
