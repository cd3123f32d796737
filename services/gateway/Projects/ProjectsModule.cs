namespace Platform.Gateway.Projects;

internal static class ProjectsModule
{
    public const string RetentionNote =
        "What ended, or was made by a job, more than retentionDays ago goes into the recycle bin.";

    public static void AddProjects(this IServiceCollection services)
    {
        services.AddSingleton<ProjectCatalog>();
        services.AddSingleton<ProjectSignal>();
    }

    public static void MapProjects(this IEndpointRouteBuilder app)
    {
        var projects = app.MapGroup("/api/projects").WithTags("projects");
        projects.MapCreateProject();
        projects.MapReadProjects();
        projects.MapChangeProject();
    }
}
