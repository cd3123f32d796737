using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Jobs.Browsing;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Changing;

/// <summary><c>POST /api/jobs/{id}/restore</c>: out of the recycle bin, with the status it had.</summary>
internal static class RestoreJobEndpoint
{
    public static void MapRestoreJob(this IEndpointRouteBuilder jobs) =>
        jobs.MapPost("/{id:guid}/restore", HandleAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("RestoreJob")
            .WithSummary("Take a job out of the recycle bin; a repeat changes nothing (If-Match)");

    private static Task<Results<Ok<JobDetail>, ProblemHttpResult>> HandleAsync(
        Guid id,
        UserJobCommands commands,
        HttpContext http,
        CancellationToken cancellationToken
    ) => commands.HandleAsync(id, new RestoreJob(), http, cancellationToken);
}
