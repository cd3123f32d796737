namespace Platform.Gateway.Projects;

internal static class ProjectsModule
{
    public const string RetentionNote = "retentionDays is recorded for a later release: nothing is deleted by it yet.";

    public static void AddProjects(this IServiceCollection services) => services.AddSingleton<ProjectCatalog>();

    public static void MapProjects(this IEndpointRouteBuilder app)
    {
        var projects = app.MapGroup("/api/projects").WithTags("projects");
        projects.MapCreateProject();
        projects.MapReadProjects();
        projects.MapChangeProject();
    }
}
