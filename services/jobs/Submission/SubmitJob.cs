using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Jobs;
using Platform.Jobs.Browsing;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Submission;

/// <summary><c>POST /api/jobs</c>.</summary>
internal static class SubmitJobEndpoint
{
    /// <summary>Files are 1 MiB in total; escaped in JSON they may take six times that.</summary>
    public const long MaxBodyBytes = 8 * 1024 * 1024;
    private const int MaxKeyLength = 255;

    public static void MapSubmitJob(this IEndpointRouteBuilder jobs) =>
        jobs.MapPost("/", HandleAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("SubmitJob")
            .WithSummary("Submit a training job; a repeat with the same Idempotency-Key returns the first job")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes));

    private static async Task<Results<Created<JobDetail>, Ok<JobDetail>, ProblemHttpResult>> HandleAsync(
        JobRequest request,
        [FromHeader(Name = "Idempotency-Key")] string? key,
        JobSubmissions submissions,
        JobReader reader,
        HttpContext http,
        CancellationToken cancellationToken
    )
    {
        if (key is not null && (key.Length is 0 or > MaxKeyLength || !ClientText.IsOneLine(key)))
        {
            return ProblemResults.Invalid("Idempotency-Key", JobRequestSentences.Key.With(MaxKeyLength));
        }

        if (JobRequestCheck.Check(request, out var errors) is not { } spec)
        {
            return ProblemResults.Invalid(errors);
        }

        var submission = await submissions.SubmitAsync(
            spec,
            request.Files,
            key,
            http.EventMetadata(),
            cancellationToken: cancellationToken
        );
        switch (submission.Result)
        {
            case SubmissionResult.ParentTakesNone:
                return ProblemResults.Invalid("parentId", JobRequestSentences.ParentTakesNone);
            case SubmissionResult.KeyTaken:
                return ProblemResults.Problem(StatusCodes.Status409Conflict, JobRequestSentences.KeyReused);
            case SubmissionResult.DiskFull:
                return ProblemResults.Problem(
                    StatusCodes.Status507InsufficientStorage,
                    DiskSentences.Of(submission.FullDisk!)
                );
        }

        var (job, version) = await reader.GetAsync(submission.JobId, cancellationToken);
        http.Response.SetETag(version);
        var location = $"/api/jobs/{job.Id}";
        if (submission.Result is SubmissionResult.Created)
        {
            return TypedResults.Created(location, job);
        }

        http.Response.Headers.Location = location;
        return TypedResults.Ok(job);
    }
}
