using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Access;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

/// <summary>The filter and page of <c>GET /api/artifacts</c>.</summary>
/// <param name="Project">The project itself and those below it.</param>
/// <param name="Search">Part of the name or description, in any case.</param>
/// <param name="Offset">How many rows to skip, to jump within a long list. Not together with a cursor.</param>
internal sealed record ListArtifactsQuery(
    string? Type,
    string? Project,
    string? Search,
    int? Limit,
    string? Cursor,
    int? Offset
);

internal static class ListArtifacts
{
    public static void MapListArtifacts(this IEndpointRouteBuilder artifacts)
    {
        artifacts
            .MapGet("/", HandleAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ListArtifacts")
            .WithSummary("List artifacts, the last changed first, by type, project and search text");
        artifacts
            .MapGet("/{name}", FindAsync)
            .RequireReadAccess()
            .WithName("GetArtifact")
            .WithSummary("An artifact with its aliases");
    }

    private static async Task<Results<Ok<ArtifactDetail>, ProblemHttpResult>> FindAsync(
        string name,
        HttpResponse response,
        ArtifactCatalog catalog,
        CancellationToken cancellationToken
    )
    {
        if (await catalog.FindArtifactAsync(name, cancellationToken) is not var (artifact, revision))
        {
            return ArtifactProblems.NoArtifact(name);
        }

        response.SetETag(revision);
        return TypedResults.Ok(artifact);
    }

    private static async Task<Results<Ok<Page<ArtifactSummary>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] ListArtifactsQuery query,
        ArtifactPages pages,
        CancellationToken cancellationToken
    )
    {
        if (new[] { query.Type, query.Project, query.Search }.Any(text => text is not null && !ClientText.IsText(text)))
        {
            return ProblemResults.Invalid("search", "A filter is text.");
        }

        var limit = query.Limit ?? Paging.DefaultLimit;
        if (limit is < 1 or > Paging.MaxLimit)
        {
            return ProblemResults.Invalid("limit", $"A limit is 1 to {Paging.MaxLimit}.");
        }

        if (query.Offset < 0 || (query.Offset is not null && query.Cursor is not null))
        {
            return ProblemResults.Invalid("offset", "An offset is a whole number from 0, and not sent with a cursor.");
        }

        (DateTimeOffset, string)? after = null;
        if (query.Cursor is not null)
        {
            if (
                !Cursor.TryDecode(query.Cursor, 2, out var parts)
                || !Paging.TryRead(parts[0], out var time)
                || !ClientText.IsArtifactName(parts[1])
            )
            {
                return ProblemResults.Invalid("cursor", "This is not a cursor of this list.");
            }

            after = (time, parts[1]);
        }

        return TypedResults.Ok(await pages.ReadAsync(query, limit, after, cancellationToken));
    }
}
