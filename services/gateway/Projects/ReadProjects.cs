using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <summary>The query of <c>GET /api/projects</c>.</summary>
internal sealed record ListProjectsQuery : ListQuery
{
    /// <summary>A part of the path, in any case.</summary>
    public string? Search { get; init; }
}

internal static class ReadProjectsEndpoints
{
    private static readonly ListDefinition<ProjectView> _projects = new()
    {
        Table = "project p",
        Columns = ProjectCatalog.Columns,
        Keys = [ListColumn.Text("p.path")],
        Sorts = new Dictionary<string, ListColumn>(StringComparer.Ordinal)
        {
            ["path"] = ListColumn.Text("p.path"),
            ["createdAt"] = ListColumn.Time("p.created_at"),
        },
        DefaultSort = "path",
        Read = ProjectCatalog.Read,
    };

    public static void MapReadProjects(this IEndpointRouteBuilder projects)
    {
        projects
            .MapList<ListProjectsQuery>("", ListAsync, "ListProjects", "Registered projects by path, a page at a time")
            .RequireAuthorization(Policies.Read);
        projects
            .MapGet("/{**path}", GetAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("GetProject")
            .WithSummary("One registered project")
            .WithDescription(ProjectsModule.RetentionNote);
    }

    private static Task<ListResult<ProjectView>> ListAsync(
        [AsParameters] ListProjectsQuery query,
        GatewayStore store,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        var filter = new ListFilter();
        filter.AddSearch(
            "search",
            query.Search,
            (parameter, search) => $"lower(p.path) like {parameter(search.Pattern)}"
        );
        return _projects.AnswerAsync(store.DataSource, query, filter, request, cancellationToken);
    }

    private static async Task<Results<Ok<ProjectView>, ProblemHttpResult>> GetAsync(
        string path,
        ProjectCatalog projects,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        path = ClientText.DecodeSlashes(path);
        if (
            ClientText.ProblemWithProject(path) is not null
            || await projects.FindAsync(path, cancellationToken) is not { } project
        )
        {
            return ProblemResults.NotFound(GatewaySentences.NoProject.With(path));
        }

        context.Response.SetETag(project.Version);
        return TypedResults.Ok(project);
    }
}
