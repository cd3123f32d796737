using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Jobs.Browsing;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Changing;

/// <summary><c>POST /api/jobs/{id}/cancel</c>: ends a waiting job immediately; otherwise stops its process.</summary>
internal static class CancelJobEndpoint
{
    public static void MapCancelJob(this IEndpointRouteBuilder jobs) =>
        jobs.MapPost("/{id:guid}/cancel", HandleAsync)
            .RequireAuthorization(Policies.StopJob)
            .WithName("CancelJob")
            .WithSummary("Cancel a job; a repeat changes nothing (If-Match)");

    private static Task<Results<Ok<JobDetail>, ProblemHttpResult>> HandleAsync(
        Guid id,
        UserJobCommands commands,
        HttpContext http,
        CancellationToken cancellationToken
    ) => commands.HandleAsync(id, new CancelJob(), http, cancellationToken);
}
