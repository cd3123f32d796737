using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Jobs;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class ListRuns
{
    private const int MaxLimit = 200;

    private static readonly IReadOnlyList<Column> _columns =
    [
        Column.Id(),
        "name",
        new Column("project", Drop: 2),
        Column.Status(),
        new Column("age", Drop: 1),
    ];

    public static Command Create()
    {
        var status = new Option<string?>("--status") { Description = "Only runs with this status." };
        status.AcceptOnlyFromAmong("scheduled", "running", "finished", "failed", "interrupted");
        return ListCommand
            .Create(
                new ListDefinition(
                    "runs",
                    "newest first",
                    "/api/runs",
                    [status],
                    _columns,
                    Row,
                    Deletions.List,
                    RunCsv.Print
                )
            )
            .WithExamples("runs list --project cv/digits --status failed", "runs list --search baseline --limit 200");
    }

    /// <summary>Finds runs by what was logged, in the language of MLflow.</summary>
    public static Command Search()
    {
        var filter = new Argument<string>("filter")
        {
            Description =
                "What they must fulfil: metrics.NAME, params.NAME, tags.NAME, name, status, started … with = != < <= > >= like in, and, or, not.",
        };
        var project = new Option<string?>("--project") { Description = "Only runs of this project." };
        project.RefuseEmpty();
        var sort = new Option<string?>("--sort")
        {
            Description = "By what, such as -createdAt or metrics.loss; '-' before it for descending order.",
        };
        sort.RefuseEmpty();
        var paging = new PageOptions(MaxLimit, usual: 50);
        var (limit, cursor) = (paging.Limit, paging.Cursor);
        cursor.RefuseEmpty();
        var csv = new Option<bool>("--csv")
        {
            Description = "Print CSV, with parameters, last values of metrics and tags.",
        };
        var command = new Command("search", "Find runs by their metrics, parameters, tags and times.")
        {
            filter,
            project,
            sort,
            limit,
            cursor,
            csv,
        };
        command.RefuseTogether(GlobalOptions.Json, csv);
        command.WithExamples(
            "runs search \"metrics.loss < 0.3 and params.lr = 0.1\"",
            "runs search \"tags.owner = 'anna' and started > 7d\" --sort metrics.loss --csv"
        );
        return command.Does(async context =>
        {
            var page = await context.Client.GetAsync(
                Query.Path(
                    "/api/runs",
                    ("filter", context.Value(filter)),
                    ("project", context.Value(project)),
                    ("sort", context.Value(sort)),
                    ("limit", $"{context.Value(limit)}"),
                    ("cursor", context.Value(cursor))
                ),
                context.Cancelled
            );
            if (context.Json)
            {
                return context.PrintJson(page);
            }

            if (context.Value(csv))
            {
                RunCsv.Print(context, [.. page.Items()]);
            }
            else
            {
                var now = TimeProvider.System.GetUtcNow();
                context.PrintTable(_columns, page.Items().Select(run => Row(run, now)), "No runs.");
            }

            Query.PrintMore(context, page, offset: null);
            return 0;
        });
    }

    private static IReadOnlyList<string> Row(JsonNode run, DateTimeOffset now) =>
        [
            run.Field("id"),
            run.Field("name"),
            run.Field("project"),
            run.Field("status"),
            JobOutput.Age(run, "createdAt", now),
        ];
}
