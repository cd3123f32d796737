using Platform.Artifacts.Access;
using Platform.Artifacts.Blobs.Stores;

namespace Platform.Artifacts.RunFiles;

/// <summary>The part of the service that keeps files and media of runs.</summary>
internal static class RunFilesModule
{
    public static void AddRunFiles(this IServiceCollection services)
    {
        services.AddSingleton<FileOwners>();
        services.AddSingleton<RunFileAccess>();
        services.AddSingleton<RunFileStore>();
        services.AddSingleton<RunFileUpload>();
        services.AddSingleton<RunMediaStore>();
    }

    public static void MapRunFiles(this IEndpointRouteBuilder app)
    {
        var runs = app.MapGroup("/api/runs/{id}")
            .WithTags("Files of runs")
            .AddEndpointFilter(StoreProblems.CatchAsync)
            .AddEndpointFilter(MachineAccess.CheckAttemptAsync);
        runs.MapUploadRunFile();
        runs.MapReadRunFiles();
        runs.MapDeleteRunFile();
        runs.MapAddRunMedia();
        runs.MapReadRunMedia();
        runs.MapListRunArtifacts();
    }
}
