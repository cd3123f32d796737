using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Access;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Changing;

internal static class ChangeAlias
{
    public static void MapChangeAlias(this IEndpointRouteBuilder artifacts)
    {
        artifacts
            .MapPut("/{name}/aliases/{alias}", SetAsync)
            .RequireAuthorization(Policies.PointAlias)
            .WithName("SetArtifactAlias")
            .WithSummary("Point an alias at a version (If-Match)");
        artifacts
            .MapPost("/{name}/{version}/alias", AddAsync)
            .RequireAuthorization(Policies.PointAlias)
            .WithName("AddArtifactAlias")
            .WithSummary("Point an alias at this version (If-Match)");
        artifacts
            .MapDelete("/{name}/aliases/{alias}", RemoveAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("RemoveArtifactAlias")
            .WithSummary("Remove an alias; the version stays (If-Match)");
    }

    private static Task<Results<Ok<ArtifactVersion>, ProblemHttpResult>> SetAsync(
        string name,
        string alias,
        SetAlias request,
        HttpContext context,
        ArtifactWriter writer,
        MachineAccess access,
        ArtifactCatalog catalog
    ) => PointAsync(name, alias, request.Version, context, writer, access, catalog);

    private static async Task<Results<Ok<ArtifactVersion>, ProblemHttpResult>> AddAsync(
        string name,
        string version,
        AddAlias request,
        HttpContext context,
        ArtifactWriter writer,
        MachineAccess access,
        ArtifactCatalog catalog
    ) =>
        ArtifactNames.TryParseVersion(version, out var number)
            ? await PointAsync(name, request.Alias, number, context, writer, access, catalog)
            : ArtifactProblems.NoVersion(name, version);

    private static async Task<Results<Ok<ArtifactVersion>, ProblemHttpResult>> PointAsync(
        string name,
        string alias,
        int number,
        HttpContext context,
        ArtifactWriter writer,
        MachineAccess access,
        ArtifactCatalog catalog
    )
    {
        if (!ArtifactNames.IsAlias(alias))
        {
            return ProblemResults.Invalid("alias", ArtifactSentences.Alias);
        }

        var caller = context.Caller();
        if (
            await access.RefuseAliasesAsync(
                context,
                name,
                [alias],
                number,
                (caller.Id, caller.Attempt),
                context.RequestAborted
            ) is
            { } refusal
        )
        {
            return refusal;
        }

        if (await writer.ChangeAsync(context, name, new PointAlias(alias, number)) is { } problem)
        {
            return problem;
        }

        var (version, _) = await catalog.GetVersionAsync(name, number, context.RequestAborted);
        return TypedResults.Ok(version);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        string name,
        string alias,
        HttpContext context,
        ArtifactWriter writer
    )
    {
        if (!ArtifactNames.IsAlias(alias))
        {
            return ProblemResults.Invalid("alias", ArtifactSentences.Alias);
        }

        return await writer.ChangeAsync(context, name, new RemoveAlias(alias)) is { } problem
            ? problem
            : TypedResults.NoContent();
    }

    /// <summary>
    /// Executes a command under the request's <c>If-Match</c>; the answer's ETag is the artifact's new revision.
    /// </summary>
    /// <returns>The problem; null when the change was made.</returns>
    public static async Task<ProblemHttpResult?> ChangeAsync(
        this ArtifactWriter writer,
        HttpContext context,
        string name,
        ArtifactCommand command
    )
    {
        if (!context.Request.TryGetIfMatch(out var ifVersion))
        {
            return ProblemResults.UnknownVersion();
        }

        var outcome = await writer.HandleAsync(
            name,
            command,
            context.EventMetadata(name),
            ifVersion,
            cancellationToken: context.RequestAborted
        );
        if (outcome.Refusal is { } refusal)
        {
            return ArtifactProblems.From(refusal);
        }

        context.Response.SetETag(outcome.Version);
        return null;
    }
}
