using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Retention;

/// <summary>Bytes under their SHA-256.</summary>
internal sealed record NamedBlob(string Sha256, long Size);

/// <summary>The bytes of versions that are deleted permanently.</summary>
/// <param name="OrphanedBlobs">How many nothing else names: they are deleted, within a day or so.</param>
/// <param name="Orphaned">The largest 1000 of these.</param>
/// <param name="SharedBlobs">How many other versions have too: they stay.</param>
internal sealed record VersionContent(
    long OrphanedBlobs,
    long OrphanedBytes,
    IReadOnlyList<NamedBlob> Orphaned,
    long SharedBlobs,
    long SharedBytes
);

/// <summary>
/// What became of each version, and the bytes of those that are gone; in a dry run, of those that would be. The bytes are looked up
/// first: they include those of a version that was restored at that moment, which is refused.
/// </summary>
internal sealed record PurgedVersions(bool DryRun, IReadOnlyList<BatchItem> Items, VersionContent Content);

internal static class PurgeVersionsEndpoint
{
    public static void MapPurgeVersions(this IEndpointRouteBuilder artifacts) =>
        artifacts
            .MapPost("/versions/purge", HandleAsync)
            .RequireAuthorization(Policies.Administer)
            .WithName("PurgeArtifactVersions")
            .WithSummary(
                "Delete up to 200 deleted versions, named as 'name:3', permanently, or say what that would delete"
            );

    private static async Task<Results<Ok<PurgedVersions>, ProblemHttpResult>> HandleAsync(
        PurgeManyRequest request,
        VersionPurge purge,
        HttpContext context,
        CancellationToken cancellationToken
    ) =>
        Batches.Check(request.Ids) is { } refusal
            ? refusal
            : TypedResults.Ok(
                await purge.PurgeAsync(request.Ids, request.DryRun, context.EventMetadata(), cancellationToken)
            );
}
