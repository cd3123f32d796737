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

    /// <summary>
    /// A command to make a run as this caller may give it: a machine makes runs of its job, in that job's project and below that job's
    /// runs.
    /// </summary>
    /// <returns>The command, and why it is refused; null when it is not.</returns>
    public async Task<(CreateRun Command, ProblemHttpResult? Refusal)> OfCallerAsync(
        HttpContext http,
        CreateRun command,
        CancellationToken cancellationToken
    )
    {
        if (await RefuseRunAsync(http, command.JobId, cancellationToken) is { } foreign)
        {
            return (command, foreign);
        }

        Guid job;
        switch (http.Caller())
        {
            case { Kind: CallerKind.Job } process:
                job = process.Id;
                break;
            case { Kind: CallerKind.Node }:
                job = command.JobId!.Value;
                break;
            default:
                return (command, null);
        }

        // One that is not there yet may be this job's: runs of one training are created at once.
        if (
            command.ParentId is { } parent
            && await FindJobAsync(parent, cancellationToken) is { } owner
            && owner.JobId != job
        )
        {
            return (command, ProblemResults.Problem(StatusCodes.Status403Forbidden, RunSentences.ForeignParent));
        }

        var project = await FindProjectAsync(job, cancellationToken) ?? command.Project;
        return (command with { JobId = job, Project = project, OnlyOfJob = true }, null);
    }

    /// <summary>Whether this caller may make a run for a job.</summary>
    /// <returns>Why not; null when it may.</returns>
    private async Task<ProblemHttpResult?> RefuseRunAsync(
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
                ? AttemptProblems.Of(
                    http,
                    await attempts.OfNodeAsync(caller.Id, job, attempt: null, rank: null, cancellationToken),
                    RunSentences.AttemptFenced
                )
                : CallerProblems.NotAllowed(http),
            _ => null,
        };
    }

    private static MachineAccess Of(HttpContext http) => http.RequestServices.GetRequiredService<MachineAccess>();

    /// <summary>Whether this caller is a process of an attempt that is over.</summary>
    /// <returns>Why it is refused; null when it is not.</returns>
    public async Task<ProblemHttpResult?> RefuseAttemptAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        if (
            caller.Kind is not CallerKind.Job
            || await attempts.EnterAsync(caller.Id, caller.Attempt, caller.Rank, cancellationToken)
        )
        {
            return null;
        }

        return
            await attempts.FindAsync(caller.Id, caller.Attempt, cancellationToken) is { IsNewest: true, IsEnded: true }
            ? ProblemResults.Problem(StatusCodes.Status409Conflict, RunSentences.JobOver)
            : ProblemResults.From(Run.Fenced);
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

        return await RefuseJobAsync(http, owner.JobId, cancellationToken);
    }

    /// <summary>Whether this caller, of an attempt that is not over, may touch what belongs to a job, or to none.</summary>
    /// <returns>Why not; null when it may.</returns>
    public async Task<ProblemHttpResult?> RefuseJobAsync(
        HttpContext http,
        Guid? jobId,
        CancellationToken cancellationToken
    )
    {
        var caller = http.Caller();
        return caller.Kind is CallerKind.Job
            ? jobId == caller.Id
                ? null
                : CallerProblems.NotAllowed(http)
            : await RefuseRunAsync(http, jobId, cancellationToken);
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

    /// <summary>The project of a job: of the first of its runs, which is made when it is submitted. Null when it is not known yet.</summary>
    public async Task<string?> FindProjectAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = store.DataSource.CreateCommand(
            "select project from run where job_id = $1 and project is not null order by created_at, id limit 1"
        );
        command.Parameters.Add(new() { Value = jobId });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private sealed record Owner(Guid? JobId);
}
