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
}
