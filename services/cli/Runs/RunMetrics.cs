using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class RunMetrics
{
    public static Command Create()
    {
        var run = RunArgument.Create();
        var keys = new Option<string?>("--keys") { Description = "Only these metrics, such as loss,accuracy." };
        var points = new Option<int>("--points")
        {
            Description = "The maximum number of points per series (20).",
            DefaultValueFactory = _ => 20,
        };
        return new Command("metrics", "Print a run's metric series.") { run, keys, points }.Does(async context =>
        {
            var path = Query.Path(
                $"{await RunArgument.FindAsync(context, context.Value(run))}/metrics",
                ("keys", context.Value(keys)),
                ("points", $"{context.Value(points)}")
            );
            var metrics = await context.Client.GetAsync(path, context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(metrics);
            }

            context.PrintTable(
                ["metric", "step", "value"],
                metrics.Items("series").SelectMany(Rows),
                "No metrics have been logged."
            );
            return 0;
        });
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(JsonNode series) =>
        series
            .Items("steps")
            .Zip(series["values"] as JsonArray ?? [])
            .Select(point =>
                (IReadOnlyList<string>)[series.Field("key"), point.First.Text() ?? "–", point.Second.Text() ?? "–"]
            );
}
