using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Platform.ServiceDefaults;

/// <summary>What MLflow calls the platform's problems (<c>mlflow/exceptions.py</c>): its clients branch on these names.</summary>
public static class MlflowCodes
{
    public const string Denied = "PERMISSION_DENIED";
    public const string NotFound = "RESOURCE_DOES_NOT_EXIST";

    /// <summary>The end of the types of problems of processes whose attempt is over.</summary>
    private const string Fenced = "attempt-fenced";

    /// <param name="status">The answer's status.</param>
    public static string Of(int status, ProblemDetails problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        // The framework's own problems have none.
        var isOurs = problem.Extensions.ContainsKey("code");
        return status switch
        {
            StatusCodes.Status400BadRequest when problem is HttpValidationProblemDetails => "INVALID_PARAMETER_VALUE",
            StatusCodes.Status401Unauthorized => "UNAUTHENTICATED",
            StatusCodes.Status403Forbidden => Denied,
            StatusCodes.Status404NotFound when isOurs => NotFound,
            StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => "ENDPOINT_NOT_FOUND",
            StatusCodes.Status409Conflict when problem.Type?.EndsWith(Fenced, StringComparison.Ordinal) is true =>
                Denied,
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
}
