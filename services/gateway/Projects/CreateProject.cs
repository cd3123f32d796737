using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <param name="Path">Such as <c>team/vision</c>: what jobs name as their project.</param>
/// <param name="RetentionDays">
/// For how many days ended jobs, ended runs and versions made by jobs are kept; null for ever. Then they go into the recycle bin. Holds
/// for projects below it too, unless they are registered themselves.
/// </param>
internal sealed record CreateProjectRequest(string? Path, string? Description = null, int? RetentionDays = null);

internal static class CreateProjectEndpoint
{
    public static void MapCreateProject(this IEndpointRouteBuilder projects) =>
        projects
            .MapPost("", HandleAsync)
            .RequireAuthorization(Policies.Administer)
            .WithName("CreateProject")
            .WithSummary("Register a project with its settings; jobs may name projects that are not registered")
            .WithDescription(ProjectsModule.RetentionNote);

    private static async Task<Results<Created<ProjectView>, ProblemHttpResult>> HandleAsync(
        CreateProjectRequest request,
        GatewayStore store,
        ProjectCatalog projects,
        ProjectSignal signal,
        TimeProvider clock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (ClientText.ProblemWithProject(request.Path) is { } problem)
        {
            return ProblemResults.Invalid("path", problem);
        }

        var settings = new ProjectSettings(request.Description, request.RetentionDays);
        if (ProjectRules.ProblemWith(settings) is var (field, message))
        {
            return ProblemResults.Invalid(field, message);
        }

        var path = request.Path!;
        var outcome = await store.HandleAsync(
            Project.Decider,
            ProjectPaths.IdOf(path),
            project => Project.Decide(project, new CreateProject(path, settings), clock.GetUtcNow()),
            context.EventMetadata(ProjectPaths.IdOf(path)),
            cancellationToken: cancellationToken
        );
        if (outcome.Refusal is { } refusal)
        {
            return ProblemResults.From(refusal);
        }

        signal.Raise();
        var created = await projects.FindAsync(path, cancellationToken);
        context.Response.SetETag(created!.Version);
        return TypedResults.Created($"/api/projects/{path}", created);
    }
}
