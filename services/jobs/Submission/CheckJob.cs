using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Jobs;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Submission;

/// <summary>The validation result of a job that is not submitted.</summary>
/// <param name="Errors">The errors of each invalid field; empty when the job could be submitted.</param>
/// <param name="ErrorCodes">The same errors with their codes.</param>
internal sealed record JobCheck(
    IReadOnlyDictionary<string, string[]> Errors,
    IReadOnlyDictionary<string, IReadOnlyList<FieldError>> ErrorCodes
);

/// <summary><c>POST /api/jobs/check</c>: validates a job without submitting it (dry run).</summary>
internal static class CheckJobEndpoint
{
    public static void MapCheckJob(this IEndpointRouteBuilder jobs) =>
        jobs.MapPost("/check", Handle)
            .RequireAuthorization(Policies.Edit)
            .WithName("CheckJob")
            .WithSummary("Validate a job, field by field, without submitting it")
            .WithMetadata(new RequestSizeLimitAttribute(SubmitJobEndpoint.MaxBodyBytes));

    private static Ok<JobCheck> Handle(JobRequest request)
    {
        JobRequestCheck.Check(request, out var errors);
        return TypedResults.Ok(new JobCheck(errors.Texts, errors.Codes));
    }
}
