using Microsoft.AspNetCore.Http.HttpResults;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Projects;

/// <summary>All settings of a project: what is left out is no longer set.</summary>
/// <param name="RetentionDays">
/// For how many days ended jobs, ended runs and versions made by jobs are kept; null for ever. Then they go into the recycle bin. Holds
/// for projects below it too, unless they are registered themselves.
/// </param>
internal sealed record ChangeProjectRequest(string? Description = null, int? RetentionDays = null);

internal static class ChangeProjectEndpoint
{
    public static void MapChangeProject(this IEndpointRouteBuilder projects) =>
        projects
            .MapPut("/{**path}", HandleAsync)
            .RequireAuthorization(Policies.Administer)
            .WithName("ChangeProject")
            .WithSummary("Replace a project's settings")
            .WithDescription(ProjectsModule.RetentionNote);

    private static async Task<Results<Ok<ProjectView>, ProblemHttpResult>> HandleAsync(
        string path,
        ChangeProjectRequest request,
        GatewayStore store,
        ProjectCatalog projects,
        ProjectSignal signal,
        TimeProvider clock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        path = ClientText.DecodeSlashes(path);
        if (!context.Request.TryGetIfMatch(out var ifVersion))
        {
            return ProblemResults.UnknownVersion();
        }

        var settings = new ProjectSettings(request.Description, request.RetentionDays);
        if (ProjectRules.ProblemWith(settings) is var (field, message))
        {
            return ProblemResults.Invalid(field, message);
        }

        if (
            ClientText.ProblemWithProject(path) is not null
            || await projects.FindAsync(path, cancellationToken) is null
        )
        {
            return ProblemResults.NotFound(GatewaySentences.NoProject.With(path));
        }

        var outcome = await store.HandleAsync(
            Project.Decider,
            ProjectPaths.IdOf(path),
            project => Project.Decide(project, new ChangeProject(settings), clock.GetUtcNow()),
            context.EventMetadata(ProjectPaths.IdOf(path)),
            ifVersion,
            cancellationToken: cancellationToken
        );
        if (outcome.Refusal is { } refusal)
        {
            return ProblemResults.From(refusal);
        }

        signal.Raise();
        var changed = await projects.FindAsync(path, cancellationToken);
        context.Response.SetETag(changed!.Version);
        return TypedResults.Ok(changed);
    }
}
