using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.Contracts.Sentences;
using Platform.ServiceDefaults;
using Platform.Tracking.Access;
using Platform.Tracking.Browsing;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Changing;

/// <summary>Creates a run. Without an id the service assigns one; with an id the request can be repeated.</summary>
internal sealed record CreateRunRequest
{
    public required string Project { get; init; }
    public string? Name { get; init; }
    public string? Id { get; init; }
    public Guid? JobId { get; init; }
    public IReadOnlyDictionary<string, RunValue>? Parameters { get; init; }
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>The id of the run that it is a part of.</summary>
    public string? ParentId { get; init; }

    /// <summary>When the process that sends this started to track: a run that ended before it is running again.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public CreateRun ToCommand() =>
        new(Project, Name, JobId, Starts: true, Parameters, Tags, StartedAt?.ToUniversalTime(), ParentId);
}

/// <summary>Creates a run with the id in the URL.</summary>
internal sealed record PutRunRequest
{
    public required string Project { get; init; }
    public string? Name { get; init; }
    public Guid? JobId { get; init; }
    public IReadOnlyDictionary<string, RunValue>? Parameters { get; init; }
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>The id of the run that it is a part of.</summary>
    public string? ParentId { get; init; }

    /// <summary>When the process that sends this started to track: a run that ended before it is running again.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public CreateRun ToCommand() =>
        new(Project, Name, JobId, Starts: true, Parameters, Tags, StartedAt?.ToUniversalTime(), ParentId);
}

/// <summary>Creates runs. A repeat keeps existing values and adds missing ones.</summary>
internal static class CreateRunEndpoint
{
    public static void MapCreateRun(this IEndpointRouteBuilder runs)
    {
        runs.MapPost("/", PostAsync)
            .RequireAuthorization(Policies.CreateRun)
            .WithName("CreateRun")
            .WithSummary("Create a run; with an id of your own, or an Idempotency-Key, the request may be repeated")
            .WithMetadata(new RequestSizeLimitAttribute(RunRules.MaxBodyBytes));
        runs.MapPut("/{id}", PutAsync)
            .RequireAuthorization(Policies.TrackRun)
            .WithName("PutRun")
            .WithSummary("Create a run with a given id; an existing one is kept")
            .WithMetadata(new RequestSizeLimitAttribute(RunRules.MaxBodyBytes));
    }

    private static Task<Results<Created<RunView>, Ok<RunView>, ProblemHttpResult>> PostAsync(
        CreateRunRequest request,
        [FromHeader(Name = RunRequestKey.Header)] string? key,
        RunHandler handler,
        RunReader reader,
        RunParents parents,
        MachineAccess access,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (key is null)
        {
            var id = request.Id ?? Guid.CreateVersion7().ToString("D");
            return CreateAsync(id, request.ToCommand(), handler, reader, parents, access, context, cancellationToken);
        }

        Sentence? problem =
            !RunRequestKey.IsKey(key) ? RunSentences.RequestKey.With(RunRequestKey.MaxLength)
            : request.Id is not null ? RunSentences.KeyAndId
            : null;
        return problem is null
            ? CreateAsync(
                RunRequestKey.IdOf(context.Caller(), key),
                request.ToCommand() with
                {
                    RequestHash = RunRequestKey.HashOf(request.ToCommand()),
                },
                handler,
                reader,
                parents,
                access,
                context,
                cancellationToken
            )
            : Task.FromResult<Results<Created<RunView>, Ok<RunView>, ProblemHttpResult>>(
                ProblemResults.Invalid(RunRequestKey.Header, problem)
            );
    }

    private static Task<Results<Created<RunView>, Ok<RunView>, ProblemHttpResult>> PutAsync(
        string id,
        PutRunRequest request,
        RunHandler handler,
        RunReader reader,
        RunParents parents,
        MachineAccess access,
        HttpContext context,
        CancellationToken cancellationToken
    ) => CreateAsync(id, request.ToCommand(), handler, reader, parents, access, context, cancellationToken);

    private static async Task<Results<Created<RunView>, Ok<RunView>, ProblemHttpResult>> CreateAsync(
        string id,
        CreateRun command,
        RunHandler handler,
        RunReader reader,
        RunParents parents,
        MachineAccess access,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (Check(ref id, ref command) is var (field, message))
        {
            return ProblemResults.Invalid(field, message);
        }

        if (command.ParentId is { } parent && await parents.IsCircleAsync(id, parent, planned: null, cancellationToken))
        {
            return ProblemResults.Invalid("parentId", RunSentences.OwnParent);
        }

        (command, var foreign) = await access.OfCallerAsync(context, command, cancellationToken);
        if (foreign is not null)
        {
            return foreign;
        }

        var outcome = await handler.HandleAsync(id, command, context.EventMetadata(id), null, cancellationToken);
        if (outcome.Refusal is { } refusal)
        {
            return refusal == Run.Foreign
                ? ProblemResults.Problem(StatusCodes.Status403Forbidden, RunSentences.ForeignRun)
                : ProblemResults.From(refusal);
        }

        context.Response.SetETag(outcome.Version);
        var view = (await reader.FindAsync(id, cancellationToken))!;
        return outcome.Events.Any(e => e is RunCreated)
            ? TypedResults.Created($"/api/runs/{id}", view)
            : TypedResults.Ok(view);
    }

    private static (string Field, Sentence Error)? Check(ref string id, ref CreateRun command)
    {
        if (!RunRules.TryNormalizeId(id, out id))
        {
            return ("id", RunSentences.Id);
        }

        if (RunRules.IsReservedId(id))
        {
            return ("id", RunSentences.ReservedId);
        }

        if (ClientText.ProblemWithProject(command.Project) is { } problem)
        {
            return ("project", problem);
        }

        if (command.Name is not null && !RunRules.IsName(command.Name))
        {
            return ("name", RunSentences.Name);
        }

        if (command.ParentId is { } parent)
        {
            if (!RunRules.TryNormalizeId(parent, out parent))
            {
                return ("parentId", RunSentences.Id);
            }

            if (string.Equals(parent, id, StringComparison.Ordinal))
            {
                return ("parentId", RunSentences.OwnParent);
            }

            command = command with { ParentId = parent };
        }

        return RunRules.CheckValues("parameters", command.Parameters) ?? RunRules.CheckTags(command.Tags);
    }
}
