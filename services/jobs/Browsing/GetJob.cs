using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Browsing;

/// <summary><c>GET /api/jobs/{id}</c>.</summary>
internal static class GetJobEndpoint
{
    public static void MapGetJob(this IEndpointRouteBuilder jobs) =>
        jobs.MapGet("/{id:guid}", HandleAsync)
            .RequireAuthorization(Policies.ReadJob)
            .WithName("GetJob")
            .WithSummary("A job with its full specification");

    private static async Task<Results<Ok<JobDetail>, ProblemHttpResult>> HandleAsync(
        Guid id,
        JobReader reader,
        HttpContext http,
        CancellationToken cancellationToken
    )
    {
        if (await reader.FindAsync(id, cancellationToken) is not var (job, version))
        {
            return ProblemResults.NotFound(JobSentences.NotFound.With(id));
        }

        http.Response.SetETag(version);
        return TypedResults.Ok(JobSecrets.Shown(job, http.Caller()));
    }
}
