using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Versions;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Changing;

internal static class DeleteVersionEndpoint
{
    public static void MapDeleteVersion(this IEndpointRouteBuilder artifacts)
    {
        artifacts
            .MapDelete("/{name}/versions/{version}", DeleteAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DeleteArtifactVersion")
            .WithSummary("Delete a version so that it can be restored (If-Match)");
        artifacts
            .MapPost("/{name}/versions/{version}/restore", RestoreAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("RestoreArtifactVersion")
            .WithSummary("Restore a deleted version with its aliases (If-Match)");
        artifacts
            .MapPost("/versions/delete", DeleteManyAsync)
            .RequireAuthorization(Policies.Edit)
            .WithName("DeleteArtifactVersions")
            .WithSummary("Delete up to 200 versions, named as 'name:3', so that they can be restored");
    }

    private static Task<Results<Ok<BatchResult>, ProblemHttpResult>> DeleteManyAsync(
        DeleteManyRequest request,
        HttpContext context,
        ArtifactWriter writer,
        CancellationToken cancellationToken
    ) => Batches.DeleteAsync(request, id => DeleteOneAsync(id, request.Reason, context, writer, cancellationToken));

    private static async Task<BatchItem> DeleteOneAsync(
        string id,
        string? reason,
        HttpContext context,
        ArtifactWriter writer,
        CancellationToken cancellationToken
    )
    {
        if (!ArtifactNames.TryParseVersionId(id, out var name, out var number))
        {
            return BatchItem.Refused(id, Artifact.NoSuchVersion);
        }

        var outcome = await writer.HandleAsync(
            name,
            new DeleteVersion(number, reason),
            context.EventMetadata(name),
            cancellationToken: cancellationToken
        );
        return outcome.Refusal is { } refusal ? BatchItem.Refused(id, refusal) : new BatchItem(id, Done: true);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string name,
        string version,
        string? reason,
        HttpContext context,
        ArtifactWriter writer
    ) =>
        Deletion.Check(context.Request, reason) is { } problem
            ? problem
            : await ChangeAsync(name, version, number => new DeleteVersion(number, reason), context, writer);

    private static Task<Results<NoContent, ProblemHttpResult>> RestoreAsync(
        string name,
        string version,
        HttpContext context,
        ArtifactWriter writer
    ) => ChangeAsync(name, version, number => new RestoreVersion(number), context, writer);

    /// <summary>Accepts only numbers, because an alias may have moved since the caller read it.</summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> ChangeAsync(
        string name,
        string version,
        Func<int, ArtifactCommand> command,
        HttpContext context,
        ArtifactWriter writer
    )
    {
        if (!ArtifactNames.TryParseVersion(version, out var number))
        {
            return ProblemResults.Invalid("version", ArtifactSentences.VersionNumber);
        }

        return await writer.ChangeAsync(context, name, command(number)) is { } problem
            ? problem
            : TypedResults.NoContent();
    }
}
