using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class ListPaths
{
    private static readonly IReadOnlyList<Column> _columns =
    [
        "path",
        "runs",
        new Column("scheduled", Drop: 1),
        "running",
        "finished",
        "failed",
        new Column("interrupted", Drop: 1),
        new Column("own", Drop: 2),
    ];

    public static Command Create()
    {
        var below = new Argument<string?>("path")
        {
            Description = "Only paths below this one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var depth = new Option<int?>("--depth") { Description = "How many levels; all when left out." };
        depth.AcceptOnlyBetween(1, 100, "--depth must be between 1 and 100.");
        var csv = new Option<bool>("--csv") { Description = "Print CSV." };
        var command = new Command(
            "paths",
            "Show the paths of projects with how many runs each has, and those below it."
        )
        {
            below,
            depth,
            csv,
        };
        command.RefuseTogether(GlobalOptions.Json, csv);
        command.WithExamples("runs paths --depth 1", "runs paths cv --csv");
        return command.Does(async context =>
        {
            var answer = await context.Client.GetAsync(
                Query.Path("/api/paths", ("below", context.Value(below)), ("depth", $"{context.Value(depth)}")),
                context.Cancelled
            );
            if (context.Json)
            {
                return context.PrintJson(answer);
            }

            return context.PrintRows(context.Value(csv), _columns, answer.Items("paths").Select(Row), "No runs.");
        });
    }

    private static IReadOnlyList<string> Row(JsonNode path)
    {
        var (runs, statuses) = (path["runs"]!, path["runs"]!["byStatus"]!);
        return
        [
            path.Field("path"),
            runs.Field("count"),
            statuses.Field("scheduled"),
            statuses.Field("running"),
            statuses.Field("finished"),
            statuses.Field("failed"),
            statuses.Field("interrupted"),
            path["exact"]!.Field("count"),
        ];
    }
}
