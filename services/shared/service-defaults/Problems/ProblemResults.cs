using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>Problem documents for refusals and missing things.</summary>
public static class ProblemResults
{
    private const string Types = "/problems/";

    /// <summary>The address that names a kind of problem: <c>/problems/job.invalid-transition</c>.</summary>
    public static string TypeOf(string code) => $"{Types}{code}";

    /// <summary>The same address where the platform is shown below a path, so that it still answers.</summary>
    internal static string? Below(PathString prefix, string? type) =>
        type?.StartsWith(Types, StringComparison.Ordinal) is true ? prefix + type : type;

    /// <summary>A problem with a code of ours.</summary>
    public static ProblemHttpResult Problem(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, type: TypeOf(code));

    /// <summary>A refused command: 409 unless the caller knows better.</summary>
    public static ProblemHttpResult From(Refusal refusal, int status = StatusCodes.Status409Conflict) =>
        Problem(status, refusal.Code, refusal.Message);

    /// <summary>404 for a thing that does not exist.</summary>
    /// <param name="what">Such as <c>job</c>.</param>
    /// <param name="id">What was asked for.</param>
    public static ProblemHttpResult NotFound(string what, object id) =>
        Problem(StatusCodes.Status404NotFound, $"{what}.not-found", $"There is no {what} '{id}'.");

    /// <summary>412 for an <c>If-Match</c> that is no version of ours (<see cref="ETags.TryGetIfMatch"/>).</summary>
    public static ProblemHttpResult UnknownVersion() =>
        Problem(
            StatusCodes.Status412PreconditionFailed,
            "version-conflict",
            "If-Match is no ETag that was sent from here. Read it again and send the ETag that comes with it."
        );

    /// <summary>400 with an errors map, as validation gives it.</summary>
    public static ProblemHttpResult Invalid(string field, string message) =>
        Invalid(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });

    /// <summary>400 with what is wrong, by field.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        TypedResults.Problem(
            new HttpValidationProblemDetails(errors.ToDictionary(StringComparer.Ordinal))
            {
                Status = StatusCodes.Status400BadRequest,
                Type = TypeOf("validation"),
            }
        );
}
