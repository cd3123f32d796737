namespace Platform.Tracking.Exporting;

/// <summary>
/// The archive of runs: a ZIP file with <c>platform-runs.json</c> and, below <c>runs/{id}/</c>, <c>run.json</c> as
/// <c>GET /api/runs/{id}</c> answers, <c>metrics.csv</c> and <c>logs/{name}</c>. docs/run-archive.md says what others may rely on.
/// </summary>
internal static class RunArchive
{
    public const string Format = "platform-runs";
    public const int Version = 1;
    public const string ManifestName = "platform-runs.json";
    public const string Folder = "runs/";
    public const string RunName = "run.json";
    public const string MetricsName = "metrics.csv";
    public const string LogFolder = "logs/";
    public const string MediaType = "application/zip";

    /// <summary>Where a file of a run is.</summary>
    public static string PathOf(string runId, string file) => $"{Folder}{runId}/{file}";
}

/// <summary>What an archive says about itself.</summary>
/// <param name="Project">What was exported; null when runs were named.</param>
internal sealed record ArchiveManifest(string Format, int Version, string? Project, DateTimeOffset ExportedAt);
