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
        var owner = new Option<string?>("--submitted-by")
        {
            Description = "Only jobs of this user; 'me' for your own.",
        };
        var parent = new Option<string?>("--parent") { Description = "Only jobs that belong to this job." };
        return ListCommand.Create(
            "jobs",
            "newest first",
            "/api/jobs",
            [status, owner, parent],
            ["id", "name", "project", "status", "attempt", "nodes", "owner", "age"],
            (job, now) =>
                [
                    job.Field("id"),
                    job.Field("name"),
                    job.Field("project"),
                    JobOutput.Status(job),
                    job.Field("attempt"),
                    JobOutput.Nodes(job),
                    JobOutput.Owner(job),
                    JobOutput.Age(job, "submittedAt", now),
                ]
        );
    }
}
