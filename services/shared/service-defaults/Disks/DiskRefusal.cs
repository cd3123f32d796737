using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.ServiceDefaults;

/// <summary>Refuses what would fill a disk further.</summary>
public static class DiskRefusal
{
    /// <summary>Answers 507 while a disk is full.</summary>
    /// <param name="folder">A folder of this endpoint's own, besides those on which the whole platform depends.</param>
    /// <param name="exceptJobs">Whether running trainings may still: what they log would be lost.</param>
    public static RouteHandlerBuilder RefuseWhileDiskIsFull(
        this RouteHandlerBuilder endpoint,
        string? folder = null,
        bool exceptJobs = false
    ) =>
        endpoint.AddEndpointFilter(
            async (context, next) =>
            {
                var http = context.HttpContext;
                return
                    http.RequestServices.GetRequiredService<DiskWatch>().FindFull(folder) is { } disk
                    && !(exceptJobs && http.Caller().Kind is CallerKind.Job)
                    ? ProblemResults.Problem(StatusCodes.Status507InsufficientStorage, DiskSentences.Of(disk))
                    : await next(context);
            }
        );
}
