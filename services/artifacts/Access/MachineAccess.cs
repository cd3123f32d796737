using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Catalog;
using Platform.Contracts.Artifacts;
using Platform.JobAttempts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Access;

/// <summary>
/// What machines may do about artifacts, besides what their kind may. A training process reads what its job's spec names and
/// what its job made, and makes versions for its job, while its attempt is the newest: one that lives on after its node was
/// lost must not become the newest version of a model. A node reads the same for the attempts that it holds, and brings what
/// attempts that it ran have made.
/// </summary>
internal sealed class MachineAccess(JobAttempts<ArtifactsStore> attempts, ArtifactCatalog catalog, ArtifactsStore store)
{
    /// <summary>Keeps out processes of attempts that are over.</summary>
    public static async ValueTask<object?> CheckAttemptAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    ) => await Of(context.HttpContext).RefuseAttemptAsync(context.HttpContext) ?? await next(context);

    /// <summary>The same for clients of MLflow, which know a status for it.</summary>
    public static async ValueTask<object?> CheckAttemptForMlflowAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    ) =>
        await Of(context.HttpContext).RefuseAttemptAsync(context.HttpContext, StatusCodes.Status403Forbidden)
        ?? await next(context);

    /// <summary>Whether this caller is a process of an attempt that is over.</summary>
    /// <returns>Why it is refused; null when it is not.</returns>
    public async Task<ProblemHttpResult?> RefuseAttemptAsync(
        HttpContext http,
        int status = StatusCodes.Status409Conflict
    )
    {
        var caller = http.Caller();
        return
            caller.Kind is CallerKind.Job
            && !await attempts.EnterAsync(caller.Id, caller.Attempt, caller.Rank, http.RequestAborted)
            ? ProblemResults.Problem(status, ArtifactSentences.AttemptFenced)
            : null;
    }

    /// <summary>Lets a machine read an artifact, or one of its versions, only as far as its attempts need it.</summary>
    public static async ValueTask<object?> CheckReadAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        return
            http.Caller().Kind is CallerKind.Node or CallerKind.Job
            && await Of(http).RefuseReadAsync(http, http.RequestAborted) is { } refusal
            ? refusal
            : await next(context);
    }

    /// <summary>
    /// The version as its maker may describe it. Which process made it is what the token of a training process says, whatever the
    /// request says. The run is taken as given: runs are the tracking service's to know.
    /// </summary>
    public static CreateVersion ByItsMaker(HttpContext http, CreateVersion request) =>
        http.Caller() is { Kind: CallerKind.Job } job
            ? request with
            {
                JobId = job.Id,
                Attempt = job.Attempt,
                Rank = job.Rank,
            }
            : request;

    /// <summary>Whether this caller may make a version for a job.</summary>
    /// <returns>Why not; null when it may.</returns>
    public async Task<ProblemHttpResult?> RefuseVersionAsync(
        HttpContext http,
        Guid? jobId,
        int? attempt,
        int? rank,
        CancellationToken cancellationToken
    )
    {
        var caller = http.Caller();
        return caller.Kind switch
        {
            CallerKind.Job when jobId is { } named && named != caller.Id => ProblemResults.Problem(
                StatusCodes.Status403Forbidden,
                ArtifactSentences.ForeignJob
            ),
            CallerKind.Node => jobId is { } job
                ? Refusal(http, await attempts.OfNodeAsync(caller.Id, job, attempt, rank, cancellationToken))
                : CallerProblems.NotAllowed(http),
            _ => null,
        };
    }

    /// <summary>
    /// Whether this caller may point aliases at a version that a job made. Machines move those of artifacts that their job's
    /// spec names as outputs, and elsewhere only such as point nowhere or at what their job made.
    /// </summary>
    /// <param name="number">The version; null for the one that is being made.</param>
    /// <returns>Why not; null when it may.</returns>
    public async Task<ProblemHttpResult?> RefuseAliasesAsync(
        HttpContext http,
        string name,
        IReadOnlyCollection<string> aliases,
        int? number,
        (Guid JobId, int Attempt)? made,
        CancellationToken cancellationToken
    )
    {
        if (http.Caller().Kind is not (CallerKind.Node or CallerKind.Job) || aliases.Count == 0)
        {
            return null;
        }

        if (made is not var (jobId, attempt))
        {
            return CallerProblems.NotAllowed(http);
        }

        await using var command = store.DataSource.CreateCommand(
            """
            select
              ($3::int is null or exists (
                select from artifact_version where name = $1 and number = $3 and job_id = $2))
              and (
                exists (select from job_attempt where job_id = $2 and attempt = $4 and $1 = any(outputs))
                or not exists (
                  select from artifact_alias a join artifact_version v on v.name = a.name and v.number = a.number
                  where a.name = $1 and a.alias = any($5) and v.job_id is distinct from $2))
            """
        );
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(
            new() { Value = number ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer }
        );
        command.Parameters.Add(new() { Value = attempt });
        command.Parameters.Add(new() { Value = aliases.ToArray() });
        return await command.ExecuteScalarAsync(cancellationToken) is true
            ? null
            : ProblemResults.Problem(StatusCodes.Status403Forbidden, ArtifactSentences.ForeignAlias);
    }

    /// <summary>Whether a process may read a version: one that its job's spec names as an input, or that its job made.</summary>
    /// <returns>Why not; null when it may.</returns>
    public async Task<ProblemHttpResult?> RefuseVersionReadAsync(HttpContext http, ArtifactVersion version)
    {
        var caller = http.Caller();
        if (caller.Kind is not CallerKind.Job || version.JobId == caller.Id)
        {
            return null;
        }

        var meant = await attempts.FindAsync(caller.Id, caller.Attempt, http.RequestAborted);
        if (meant is not { Inputs: { } inputs })
        {
            await attempts.AskAsync(caller.Id, http.RequestAborted);
            return AttemptProblems.NotHeardYet(http);
        }

        return inputs.Contains(version.Name, StringComparer.Ordinal) ? null : CallerProblems.NotAllowed(http);
    }

    private static MachineAccess Of(HttpContext http) => http.RequestServices.GetRequiredService<MachineAccess>();

    private static ProblemHttpResult? Refusal(HttpContext http, AttemptAccess access) =>
        AttemptProblems.Of(http, access, ArtifactSentences.AttemptFenced);

    private async Task<ProblemHttpResult?> RefuseReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        if (AttemptOf(http, caller) is not var (jobId, attempt))
        {
            if (http.Request.Query.ContainsKey("job") || http.Request.Query.ContainsKey("attempt"))
            {
                return ProblemResults.Invalid("attempt", ArtifactSentences.AttemptOfNode);
            }

            // An agent that does not say for which attempt it reads: one of those that it holds. Of another one this service may not
            // have heard yet, but without its name it cannot ask for it, so that the agent could wait for ever.
            foreach (var held in await attempts.HeldByAsync(caller.Id, cancellationToken))
            {
                if (held.IsNewest && await IsReadableAsync(http, held, cancellationToken))
                {
                    return null;
                }
            }

            return ProblemResults.Invalid("job", ArtifactSentences.ReaderOfNode);
        }

        var meant = await attempts.FindAsync(jobId, attempt, cancellationToken);
        if (meant is not { Nodes: not null, Inputs: not null })
        {
            await attempts.AskAsync(jobId, cancellationToken);
            return AttemptProblems.NotHeardYet(http);
        }

        if (caller.Kind is CallerKind.Node && !meant.RunsOn(caller.Id, RankOf(http)))
        {
            return CallerProblems.NotAllowed(http);
        }

        return !meant.IsCurrent ? Refusal(http, AttemptAccess.Fenced)
            : await IsReadableAsync(http, meant, cancellationToken) ? null
            : CallerProblems.NotAllowed(http);
    }

    /// <summary>The rank for which an agent reads; null for any of its own when it does not say.</summary>
    private static int? RankOf(HttpContext http) =>
        int.TryParse(http.Request.Query["rank"], CultureInfo.InvariantCulture, out var rank) ? rank : null;

    /// <summary>The attempt for which a machine reads: a process's own, or the one that an agent names in <c>?job=&amp;attempt=</c>.</summary>
    private static (Guid JobId, int Attempt)? AttemptOf(HttpContext http, Caller caller) =>
        caller.Kind is CallerKind.Job ? (caller.Id, caller.Attempt)
        : Guid.TryParse(http.Request.Query["job"], out var job)
        && int.TryParse(http.Request.Query["attempt"], CultureInfo.InvariantCulture, out var attempt)
            ? (job, attempt)
        : null;

    /// <summary>True for what the spec names, what the job made, and what does not exist, which the endpoint says.</summary>
    private async Task<bool> IsReadableAsync(HttpContext http, JobAttempt attempt, CancellationToken cancellationToken)
    {
        var name = (string)http.GetRouteValue("name")!;
        if (attempt.Inputs?.Contains(name, StringComparer.Ordinal) is true)
        {
            return true;
        }

        if (http.GetRouteValue("version") is string reference)
        {
            return await catalog.ResolveAsync(name, reference, cancellationToken) is not var (version, _)
                || version.JobId == attempt.JobId;
        }

        await using var command = store.DataSource.CreateCommand(
            "select count(*) = 0 or coalesce(bool_or(job_id = $2), false) from artifact_version where name = $1"
        );
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = attempt.JobId });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}

/// <summary>Puts reads under <see cref="MachineAccess"/>.</summary>
internal static class MachineAccessExtensions
{
    /// <summary>One artifact, or a version of it: for users, and for machines whose attempts need it.</summary>
    public static TBuilder RequireReadAccess<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(Policies.ReadArtifact).AddEndpointFilter(MachineAccess.CheckReadAsync);
}
