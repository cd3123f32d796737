using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <summary>The query of <c>GET /api/projects</c>, not validated yet.</summary>
internal sealed record ListProjectsQuery
{
    /// <summary>A part of the path, in any case.</summary>
    public string? Search { get; init; }

    /// <summary>1 to 1000; 100 when left out.</summary>
    public string? Limit { get; init; }

    /// <summary><c>nextCursor</c> of the previous page.</summary>
    public string? Cursor { get; init; }
}

internal static class ReadProjectsEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int MaxSearchLength = 200;

    public static void MapReadProjects(this IEndpointRouteBuilder projects)
    {
        projects
            .MapGet("", ListAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("ListProjects")
            .WithSummary("Registered projects by path, a page at a time");
        projects
            .MapGet("/{**path}", GetAsync)
            .RequireAuthorization(Policies.Read)
            .WithName("GetProject")
            .WithSummary("One registered project")
            .WithDescription(ProjectsModule.RetentionNote);
    }

    private static async Task<Results<Ok<Page<ProjectView>>, ProblemHttpResult>> ListAsync(
        [AsParameters] ListProjectsQuery query,
        ProjectCatalog projects,
        CancellationToken cancellationToken
    )
    {
        var limit = DefaultLimit;
        if (
            query.Limit is not null
            && !(
                int.TryParse(query.Limit, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                && limit is >= 1 and <= MaxLimit
            )
        )
        {
            return ProblemResults.Invalid("limit", $"A limit is 1 to {MaxLimit}.");
        }

        var search = query.Search ?? "";
        if (search.Length > MaxSearchLength || !ClientText.IsText(search))
        {
            return ProblemResults.Invalid("search", $"A search has at most {MaxSearchLength} characters.");
        }

        string[]? after = [""];
        if (
            query.Cursor is not null
            && !(Cursor.TryDecode(query.Cursor, 1, out after) && ClientText.ProblemWithProject(after[0]) is null)
        )
        {
            return ProblemResults.Invalid("cursor", "This is not a cursor of this list.");
        }

        return TypedResults.Ok(await projects.ListAsync(search, after[0], limit, cancellationToken));
    }

    private static async Task<Results<Ok<ProjectView>, ProblemHttpResult>> GetAsync(
        string path,
        ProjectCatalog projects,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (
            ClientText.ProblemWithProject(path) is not null
            || await projects.FindAsync(path, cancellationToken) is not { } project
        )
        {
            return ProblemResults.NotFound("project", path);
        }

        context.Response.SetETag(project.Version);
        return TypedResults.Ok(project);
    }
}
