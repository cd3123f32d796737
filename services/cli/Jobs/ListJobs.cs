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
        var parent = new Option<string?>("--parent")
        {
            Description = "Only jobs that belong to this job: its id, a part of it, or its name.",
        };
        return ListCommand.Create(
            new ListDefinition(
                "jobs",
                "newest first",
                "/api/jobs",
                [
                    status,
                    owner,
                    new ListFilter(parent, async (context, text) => $"{await JobArgument.FindAsync(context, text)}"),
                ],
                [
                    Column.Id(),
                    "name",
                    new Column("project", Drop: 3),
                    Column.Status(),
                    new Column("attempt", Drop: 7),
                    new Column("nodes", Drop: 4),
                    new Column("owner", Drop: 6),
                    new Column("age", Drop: 1),
                    new Column("reason", Drop: 5, Least: 20),
                ],
                (job, now) =>
                    [
                        job.Field("id"),
                        job.Field("name"),
                        job.Field("project"),
                        job.Field("status"),
                        job.Field("attempt"),
                        JobOutput.Nodes(job),
                        job.Person("submittedBy"),
                        JobOutput.Age(job, "submittedAt", now),
                        JobOutput.Reason(job) ?? "–",
                    ],
                Bin: Deletions.List
            )
        );
    }
}
