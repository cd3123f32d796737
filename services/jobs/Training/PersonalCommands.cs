using Microsoft.AspNetCore.Http.HttpResults;
using Platform.EventStore;
using Platform.Jobs.Browsing;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Training;

/// <summary>What a person asks of a job over HTTP: carried out, and answered with the job as it is then.</summary>
internal sealed class PersonalCommands(JobDecisions jobs, JobReader reader)
{
    public async Task<Results<Ok<JobDetail>, ProblemHttpResult>> HandleAsync(
        Guid id,
        JobCommand command,
        HttpContext http,
        CancellationToken cancellationToken
    )
    {
        if (!http.Request.TryGetIfMatch(out var seen))
        {
            return Stale("If-Match is not a version of this job.");
        }

        Outcome<Job, JobEvent> outcome;
        try
        {
            outcome = await jobs.HandleAsync(
                id,
                command,
                http.EventMetadata(JobDecisions.StreamOf(id)),
                seen,
                cancellationToken: cancellationToken
            );
        }
        catch (StreamVersionConflictException conflict) when (seen is not null)
        {
            return Stale($"The job is at version {conflict.Actual}, not {seen}. Read it again and decide anew.");
        }

        if (outcome.State.Status is JobStatus.None)
        {
            return ProblemResults.NotFound("job", id);
        }

        if (outcome.Refusal is { } refusal)
        {
            return ProblemResults.From(refusal);
        }

        var (job, version) = await reader.GetAsync(id, cancellationToken);
        http.Response.SetETag(version);
        return TypedResults.Ok(job);
    }

    private static ProblemHttpResult Stale(string detail) =>
        ProblemResults.Problem(StatusCodes.Status412PreconditionFailed, "job.stale", detail);
}
