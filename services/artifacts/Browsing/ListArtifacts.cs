using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Artifacts.Access;
using Platform.Artifacts.Catalog;
using Platform.Artifacts.Versions;
using Platform.Contracts.Artifacts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Browsing;

/// <summary>The query of <c>GET /api/artifacts</c>.</summary>
internal sealed record ListArtifactsQuery : ListQuery
{
    /// <summary>What the artifact is, such as <c>model</c> or <c>dataset</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The project itself and those below it.</summary>
    public string? Project { get; init; }

    /// <summary><c>true</c> for artifacts with deleted versions, whatever others they have, instead of those with others.</summary>
    public string? Deleted { get; init; }

    /// <summary>Part of the name or description, in any case.</summary>
    public string? Search { get; init; }
}

internal static class ListArtifacts
{
    private static readonly ListDefinition<ArtifactSummary> _artifacts = new()
    {
        Table = "artifact_summary s",
        Columns = "s.name, s.type, s.project, s.latest_version, s.version_count, s.size, s.created_at, s.updated_at",
        Keys = [ListColumn.Text("s.name")],
        Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
        {
            ["updatedAt"] = ListColumn.Time("s.updated_at"),
            ["createdAt"] = ListColumn.Time("s.created_at"),
            ["name"] = ListColumn.Text("s.name"),
            ["size"] = ListColumn.LargeNumber("s.size"),
        },
        DefaultSort = "-updatedAt",
        Counts = "artifact_summary_count s",
        Read = row => new ArtifactSummary
        {
            Name = row.Value<string>("name"),
            Type = row.Value<string>("type"),
            Project = row.TextOrNull("project"),
            LatestVersion = row.ValueOrNull<int>("latest_version"),
            VersionCount = row.Value<int>("version_count"),
            Size = row.Value<long>("size"),
            CreatedAt = row.Value<DateTimeOffset>("created_at"),
            UpdatedAt = row.Value<DateTimeOffset>("updated_at"),
        },
    };

    public static void MapListArtifacts(this IEndpointRouteBuilder artifacts)
    {
        artifacts
            .MapList<ListArtifactsQuery>(
                "/",
                HandleAsync,
                "ListArtifacts",
                "List artifacts, the last changed first, by type, project and search text"
            )
            .RequireAuthorization(Policies.Read);
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

    private static Task<ListResult<ArtifactSummary>> HandleAsync(
        [AsParameters] ListArtifactsQuery query,
        ArtifactsStore store,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var filter = new ListFilter();
        var isDeleted = filter.TakesFlag("deleted", query.Deleted);
        if (isDeleted)
        {
            filter.Add(_ => "s.name in (select v.name from artifact_version v where v.deleted_at is not null)");
        }
        else
        {
            filter.Add(_ => "s.is_listed", counted: true);
        }

        if (filter.TakesText("type", query.Type))
        {
            filter.Add(parameter => $"s.type = {parameter(query.Type)}", counted: true);
        }

        filter.AddProject("project", query.Project, "s.project");
        filter.AddSearch(
            "search",
            query.Search,
            (parameter, search) =>
                $"(s.name ilike {parameter(search.Pattern)} or s.search_description like {parameter(search.Pattern)})"
        );
        return _artifacts.AnswerAsync(store.DataSource, query, filter, request, cancellationToken);
    }
}
