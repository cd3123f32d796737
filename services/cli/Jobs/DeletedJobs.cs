using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

internal static class DeletedJobs
{
    public static RecycleBin Bin { get; } =
        new(
            "job",
            "The jobs: their ids, beginnings or ends of ids, or names.",
            "The deleted jobs: their ids, beginnings or ends of ids, or names.",
            "/api/jobs",
            async (context, job, deleted) => $"{await JobArgument.FindAsync(context, job, deleted)}",
            id => $"/api/jobs/{id}/restore"
        );
}
