using Microsoft.AspNetCore.Http.HttpResults;
using Platform.JobAttempts;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Access;

/// <summary>
/// What machines may do about runs, besides what their kind may: a training process with its job's runs while its attempt is
/// the newest, a node with those of jobs whose attempts it ran.
/// </summary>
internal sealed class MachineAccess(JobAttempts<TrackingStore> attempts, TrackingStore store)
{
    public static async ValueTask<object?> CheckAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var access = Of(http);
        return await access.RefuseAttemptAsync(http, http.RequestAborted)
            ?? await access.RefuseOwnerAsync(http, http.GetRouteValue("id") as string, http.RequestAborted)
            ?? await next(context);
    }

    /// <summary>Whether this caller may make a run for a job.</summary>
    /// <returns>Why not; null when it may.</returns>
    public async Task<ProblemHttpResult?> RefuseRunAsync(
        HttpContext http,
        Guid? jobId,
        CancellationToken cancellationToken
    )
    {
        var caller = http.Caller();
        return caller.Kind switch
        {
            CallerKind.Job when jobId is { } named && named != caller.Id => ProblemResults.Problem(
                StatusCodes.Status403Forbidden,
                RunSentences.ForeignJob
            ),
            CallerKind.Node => jobId is { } job
                ? Refusal(
                    http,
                    await attempts.OfNodeAsync(caller.Id, job, attempt: null, rank: null, cancellationToken)
                )
                : CallerProblems.NotAllowed(http),
            _ => null,
        };
    }

    private static MachineAccess Of(HttpContext http) => http.RequestServices.GetRequiredService<MachineAccess>();

    private static ProblemHttpResult? Refusal(HttpContext http, AttemptAccess access) =>
        access switch
        {
            AttemptAccess.Allowed => null,
            AttemptAccess.Fenced => ProblemResults.From(Run.Fenced),
            AttemptAccess.Unknown => AttemptProblems.NotHeardYet(http),
            _ => CallerProblems.NotAllowed(http),
        };

    /// <summary>Whether this caller is a process of an attempt that is over.</summary>
    /// <returns>Why it is refused; null when it is not.</returns>
    public async Task<ProblemHttpResult?> RefuseAttemptAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        return
            caller.Kind is CallerKind.Job
            && !await attempts.EnterAsync(caller.Id, caller.Attempt, caller.Rank, cancellationToken)
            ? ProblemResults.From(Run.Fenced)
            : null;
    }

    /// <summary>Whether this caller, of an attempt that is not over, may touch a run.</summary>
    /// <returns>Why not; null when it may, also for a run that does not exist yet: whoever makes it is asked for whom.</returns>
    public async Task<ProblemHttpResult?> RefuseOwnerAsync(
        HttpContext http,
        string? id,
        CancellationToken cancellationToken
    )
    {
        var caller = http.Caller();
        if (
            caller.Kind is not (CallerKind.Node or CallerKind.Job)
            || !RunRules.TryNormalizeId(id, out var runId)
            || await FindJobAsync(runId, cancellationToken) is not { } owner
        )
        {
            return null;
        }

        return caller.Kind switch
        {
            CallerKind.Job => owner.JobId == caller.Id ? null : CallerProblems.NotAllowed(http),
            _ => await RefuseRunAsync(http, owner.JobId, cancellationToken),
        };
    }

    /// <summary>Whose run it is; null when there is none.</summary>
    private async Task<Owner?> FindJobAsync(string runId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand("select job_id from run where id = $1");
        command.Parameters.Add(new() { Value = runId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Owner(await reader.IsDBNullAsync(0, cancellationToken) ? null : reader.GetGuid(0))
            : null;
    }

    private sealed record Owner(Guid? JobId);
}
