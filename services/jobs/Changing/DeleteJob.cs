using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Jobs.Browsing;
using Platform.Jobs.Training;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Changing;

/// <summary>
/// <c>DELETE /api/jobs/{id}</c> and <c>POST /api/jobs/delete</c> for several: into the recycle bin, from which they can be restored.
/// </summary>
internal static class DeleteJobEndpoint
{
    public static void MapDeleteJob(this IEndpointRouteBuilder jobs)
    {
        jobs.MapDelete("/{id:guid}", HandleAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DeleteJob")
            .WithSummary("Move a job that has ended into the recycle bin; a repeat changes nothing (If-Match)");
        jobs.MapPost("/delete", HandleManyAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DeleteJobs")
            .WithSummary("Move up to 200 jobs into the recycle bin; each gets its own answer");
    }

    private static async Task<Results<Ok<JobDetail>, ProblemHttpResult>> HandleAsync(
        Guid id,
        string? reason,
        UserJobCommands commands,
        HttpContext http,
        CancellationToken cancellationToken
    ) =>
        Deletion.Check(http.Request, reason) is { } problem
            ? problem
            : await commands.HandleAsync(id, new DeleteJob(reason), http, cancellationToken);

    private static Task<Results<Ok<BatchResult>, ProblemHttpResult>> HandleManyAsync(
        DeleteManyRequest request,
        UserJobCommands commands,
        HttpContext http,
        CancellationToken cancellationToken
    ) =>
        Batches.DeleteAsync(
            request,
            id => commands.HandleOneAsync(id, new DeleteJob(request.Reason), http, cancellationToken)
        );
}
