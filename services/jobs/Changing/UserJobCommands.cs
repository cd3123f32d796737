using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Jobs.Browsing;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Changing;

/// <summary>Executes commands of users to jobs over HTTP, and returns the changed job.</summary>
internal sealed class UserJobCommands(JobDecisions jobs, JobReader reader)
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
            return ProblemResults.UnknownVersion();
        }

        // A version conflict becomes 412 where exceptions become problems.
        var outcome = await jobs.HandleAsync(
            id,
            command,
            http.EventMetadata(JobDecisions.StreamOf(id)),
            seen,
            cancellationToken: cancellationToken
        );
        if (outcome.State.Status is JobStatus.None)
        {
            return ProblemResults.NotFound(JobSentences.NotFound.With(id));
        }

        if (outcome.Refusal is { } refusal)
        {
            return ProblemResults.From(
                refusal,
                refusal == Job.Gone ? StatusCodes.Status410Gone : StatusCodes.Status409Conflict
            );
        }

        var (job, version) = await reader.GetAsync(id, cancellationToken);
        http.Response.SetETag(version);
        return TypedResults.Ok(job);
    }

    /// <summary>Executes a command to one job of several.</summary>
    public async Task<BatchItem> HandleOneAsync(
        string id,
        JobCommand command,
        HttpContext http,
        CancellationToken cancellationToken
    )
    {
        if (!Guid.TryParse(id, out var jobId))
        {
            return NoJob(id);
        }

        var outcome = await jobs.HandleAsync(
            jobId,
            command,
            http.EventMetadata(JobDecisions.StreamOf(jobId)),
            cancellationToken: cancellationToken
        );
        return outcome.State.Status is JobStatus.None ? NoJob(id)
            : outcome.Refusal is { } refusal ? BatchItem.Refused(id, refusal)
            : new BatchItem(id, Done: true);
    }

    /// <summary>The item of an id that no job has.</summary>
    public static BatchItem NoJob(string id) => BatchItem.Refused(id, JobSentences.None);
}
