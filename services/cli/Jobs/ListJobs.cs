using System.CommandLine;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Jobs;

internal static class ListJobs
{
    public static Command Create()
    {
        var status = new Option<string?>("--status") { Description = "Only jobs with this status." };
        status.AcceptOnlyFromAmong("pending", "queued", "placed", "running", "succeeded", "failed", "cancelled");
        return ListCommand.Create(
            "jobs",
            "newest first",
            "/api/jobs",
            [status],
            ["id", "name", "project", "status", "attempt", "nodes", "age"],
            (job, now) =>
                [
                    job.Field("id"),
                    job.Field("name"),
                    job.Field("project"),
                    JobOutput.Status(job),
                    job.Field("attempt"),
                    JobOutput.Nodes(job),
                    JobOutput.Age(job, "submittedAt", now),
                ]
        );
    }
}
