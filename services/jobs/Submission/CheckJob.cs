using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Submission;

/// <summary>What is wrong with a job that was not submitted yet.</summary>
/// <param name="Errors">From each wrong field to what is wrong with it; empty when it could be submitted.</param>
internal sealed record JobCheck(IReadOnlyDictionary<string, string[]> Errors);

/// <summary><c>POST /api/jobs/check</c>: a form shows the mistakes, a script is stopped before it changes anything.</summary>
internal static class CheckJobEndpoint
{
    public static void MapCheckJob(this IEndpointRouteBuilder jobs) =>
        jobs.MapPost("/check", Handle)
            .RequireAuthorization(Policies.Edit)
            .WithName("CheckJob")
            .WithSummary("What is wrong with a job, by field; nothing is submitted")
            .WithMetadata(new RequestSizeLimitAttribute(SubmitJobEndpoint.MaxBodyBytes));

    private static Ok<JobCheck> Handle(JobRequest request)
    {
        JobRequestCheck.Check(request, out var errors);
        return TypedResults.Ok(new JobCheck(errors));
    }
}
