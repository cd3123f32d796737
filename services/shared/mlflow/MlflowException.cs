using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Mlflow;

/// <summary>
/// Why a request of MLflow's API fails, with MLflow's error code, on which its clients branch. Thrown while a request is read and
/// handled; <see cref="MlflowEndpoint"/> answers with it.
/// </summary>
/// <param name="code">Such as <c>RESOURCE_DOES_NOT_EXIST</c>.</param>
/// <param name="message">What clients show.</param>
public sealed class MlflowException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>The HTTP status of the code (<c>mlflow/exceptions.py</c>).</summary>
    public int Status =>
        Code switch
        {
            "RESOURCE_DOES_NOT_EXIST" or "ENDPOINT_NOT_FOUND" => StatusCodes.Status404NotFound,
            "PERMISSION_DENIED" => StatusCodes.Status403Forbidden,
            "RESOURCE_CONFLICT" => StatusCodes.Status409Conflict,
            "REQUEST_LIMIT_EXCEEDED" => StatusCodes.Status429TooManyRequests,
            "TEMPORARILY_UNAVAILABLE" => StatusCodes.Status503ServiceUnavailable,
            "NOT_IMPLEMENTED" => StatusCodes.Status501NotImplemented,
            "INTERNAL_ERROR" => StatusCodes.Status500InternalServerError,
            _ => StatusCodes.Status400BadRequest,
        };

    /// <summary>Throws where something was refused with a problem.</summary>
    public static void ThrowIf(ProblemHttpResult? refusal)
    {
        if (refusal is not null)
        {
            throw new MlflowException(
                MlflowCodes.Of(refusal.StatusCode, refusal.ProblemDetails),
                refusal.ProblemDetails.Detail ?? "This belongs to another job."
            );
        }
    }

    public static MlflowException Invalid(string message) => new("INVALID_PARAMETER_VALUE", message);

    /// <summary>The text that clients know of a field that is missing.</summary>
    public static MlflowException Missing(string field) =>
        Invalid(
            $"Missing value for required parameter '{field}'. See the API docs for more information about request parameters."
        );

    public static MlflowException NotFound(string message) => new("RESOURCE_DOES_NOT_EXIST", message);

    public static MlflowException AlreadyExists(string message) => new("RESOURCE_ALREADY_EXISTS", message);
}
