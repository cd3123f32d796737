using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Access;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

/// <summary>The query of the versions of an artifact.</summary>
internal sealed record ListVersionsQuery : ListQuery
{
    /// <summary><c>true</c> for deleted versions instead of the others.</summary>
    public string? Deleted { get; init; }

    /// <summary>Only from nodes: the job for which it reads.</summary>
    public string? Job { get; init; }

    /// <summary>Only from nodes: the attempt of that job.</summary>
    public string? Attempt { get; init; }

    /// <summary>Only from nodes: the rank of the process that asks.</summary>
    public string? Rank { get; init; }
}

internal static class ReadVersions
{
    public static void MapReadVersions(this IEndpointRouteBuilder artifacts)
    {
        artifacts
            .MapList<ListVersionsQuery>(
                "/{name}/versions",
                ListAsync,
                "ListArtifactVersions",
                "Versions, the newest first; ?deleted=true lists those that can be restored"
            )
            .RequireReadAccess();
        artifacts
            .MapGet("/{name}/versions/{version}", FindAsync)
            .RequireReadAccess()
            .WithName("GetArtifactVersion")
            .WithSummary("The manifest of a version: by number (3, v3), alias or 'latest'");
    }

    private static async Task<Results<ListResult<ArtifactVersion>, ProblemHttpResult>> ListAsync(
        string name,
        [AsParameters] ListVersionsQuery query,
        ArtifactsStore store,
        ArtifactCatalog catalog,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        if (await catalog.FindArtifactAsync(name, cancellationToken) is null)
        {
            return ArtifactProblems.NoArtifact(name);
        }

        var filter = new ListFilter();
        if (request.HttpContext.Caller().Kind is not (CallerKind.Node or CallerKind.Job))
        {
            RejectAttempt(filter, query);
        }

        var isDeleted = filter.TakesFlag("deleted", query.Deleted);
        filter.Add(parameter => $"v.name = {parameter(name)} and v.deleted_at is {(isDeleted ? "not null" : "null")}");
        return await VersionLists.OfArtifact.AnswerAsync(store.DataSource, query, filter, request, cancellationToken);
    }

    /// <summary>To a user they would look like filters.</summary>
    private static void RejectAttempt(ListFilter filter, ListVersionsQuery query)
    {
        foreach (var (name, value) in new[] { ("job", query.Job), ("attempt", query.Attempt), ("rank", query.Rank) })
        {
            if (value is not null)
            {
                filter.Reject(name, ArtifactSentences.OnlyMachines);
            }
        }
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
            return await catalog.ExplainMissingAsync(name, version, cancellationToken);
        }

        response.SetETag(revision);
        return TypedResults.Ok(await catalog.ReadManifestAsync(found, cancellationToken));
    }
}
