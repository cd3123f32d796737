using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Access;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

internal static class ReadVersions
{
    public static void MapReadVersions(this IEndpointRouteBuilder artifacts)
    {
        artifacts
            .MapGet("/{name}/versions", ListAsync)
            .RequireReadAccess()
            .WithName("ListArtifactVersions")
            .WithSummary("Versions, the newest first; ?deleted=true lists those that can be restored");
        artifacts
            .MapGet("/{name}/versions/{version}", FindAsync)
            .RequireReadAccess()
            .WithName("GetArtifactVersion")
            .WithSummary("The manifest of a version: by number (3, v3), alias or 'latest'");
    }

    private static async Task<Results<Ok<Page<ArtifactVersion>>, ProblemHttpResult>> ListAsync(
        string name,
        bool? deleted,
        int? limit,
        string? cursor,
        ArtifactCatalog catalog,
        VersionPages pages,
        CancellationToken cancellationToken
    )
    {
        var size = limit ?? Paging.DefaultLimit;
        if (size is < 1 or > Paging.MaxLimit)
        {
            return ProblemResults.Invalid("limit", $"A limit is 1 to {Paging.MaxLimit}.");
        }

        var before = int.MaxValue;
        if (
            cursor is not null
            && !(
                Cursor.TryDecode(cursor, 1, out var parts)
                && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out before)
            )
        )
        {
            return ProblemResults.Invalid("cursor", "This is not a cursor of this list.");
        }

        return await catalog.FindArtifactAsync(name, cancellationToken) is null
            ? ArtifactProblems.NoArtifact(name)
            : TypedResults.Ok(await pages.OfArtifactAsync(name, deleted ?? false, size, before, cancellationToken));
    }

    private static async Task<Results<Ok<ArtifactManifest>, ProblemHttpResult>> FindAsync(
        string name,
        string version,
        HttpResponse response,
        ArtifactCatalog catalog,
        CancellationToken cancellationToken
    )
    {
        if (await catalog.ResolveAsync(name, version, cancellationToken) is not var (found, revision))
        {
            return ArtifactProblems.NoVersion(name, version);
        }

        response.SetETag(revision);
        return TypedResults.Ok(await catalog.ReadManifestAsync(found, cancellationToken));
    }
}
