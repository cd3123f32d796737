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
        var project = new Option<string?>("--project") { Description = "Only jobs of this project." };
        var search = new Option<string?>("--search") { Description = "Only jobs whose name has this text." };
        var limit = new Option<int>("--limit") { Description = "How many (50).", DefaultValueFactory = _ => 50 };
        var cursor = new Option<string?>("--cursor") { Description = "The next page, as the last one named it." };
        return new Command("list", "List jobs, newest first.") { status, project, search, limit, cursor }.Does(
            async context =>
            {
                var path = Query.Path(
                    "/api/jobs",
                    ("status", context.Value(status)),
                    ("project", context.Value(project)),
                    ("search", context.Value(search)),
                    ("limit", $"{context.Value(limit)}"),
                    ("cursor", context.Value(cursor))
                );
                var page = await context.Client.GetAsync(path, context.Cancelled);
                if (context.Json)
                {
                    return context.PrintJson(page);
                }

                var now = TimeProvider.System.GetUtcNow();
                context.PrintTable(
                    ["id", "name", "project", "status", "attempt", "nodes", "age"],
                    page.Items()
                        .Select(job =>
                            (IReadOnlyList<string>)
                                [
                                    job.Field("id"),
                                    job.Field("name"),
                                    job.Field("project"),
                                    JobOutput.Status(job),
                                    job.Field("attempt"),
                                    JobOutput.Nodes(job),
                                    JobOutput.Age(job, "submittedAt", now),
                                ]
                        ),
                    "No jobs."
                );
                Query.PrintMore(context, page);
                return 0;
            }
        );
    }
}
