using System.CommandLine;
using Platform.Cli.Jobs;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class ListRuns
{
    public static Command Create()
    {
        var status = new Option<string?>("--status") { Description = "Only runs with this status." };
        var project = new Option<string?>("--project") { Description = "Only runs of this project." };
        var search = new Option<string?>("--search") { Description = "Only runs whose name has this text." };
        var limit = new Option<int>("--limit") { Description = "How many (50).", DefaultValueFactory = _ => 50 };
        var cursor = new Option<string?>("--cursor") { Description = "The next page, as the last one named it." };
        return new Command("list", "List runs, newest first.") { status, project, search, limit, cursor }.Does(
            async context =>
            {
                var path = Query.Path(
                    "/api/runs",
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
                    ["id", "name", "project", "status", "age"],
                    page.Items()
                        .Select(run =>
                            (IReadOnlyList<string>)
                                [
                                    run.Field("id"),
                                    run.Field("name"),
                                    run.Field("project"),
                                    run.Field("status"),
                                    JobOutput.Age(run, "createdAt", now),
                                ]
                        ),
                    "No runs."
                );
                Query.PrintMore(context, page);
                return 0;
            }
        );
    }
}
