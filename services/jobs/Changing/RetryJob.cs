using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Jobs.Browsing;
using Platform.Jobs.Groups;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Changing;

/// <summary><c>POST /api/jobs/{id}/retry</c>: the next attempt of a job that failed or was cancelled.</summary>
internal static class RetryJobEndpoint
{
    public static void MapRetryJob(this IEndpointRouteBuilder jobs) =>
        jobs.MapPost("/{id:guid}/retry", HandleAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("RetryJob")
            .WithSummary("Retry a job that failed or was cancelled (If-Match)")
            .RefuseWhileDiskIsFull();

    private static async Task<Results<Ok<JobDetail>, ProblemHttpResult>> HandleAsync(
        Guid id,
        UserJobCommands commands,
        JobGroups groups,
        HttpContext http,
        CancellationToken cancellationToken
    ) =>
        // A child that is retried while its parent is being cancelled is cancelled again: CancelForgottenAsync.
        await groups.FindStoppedParentAsync(id, cancellationToken) is { } stopped
            ? ProblemResults.Problem(StatusCodes.Status409Conflict, stopped)
            : await commands.HandleAsync(id, new RetryJob(), http, cancellationToken);
}
