using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class RunMetrics
{
    private const int MinPoints = 4;
    private const int MaxPoints = 100_000;

    public static Command Create()
    {
        var run = RunArgument.Create();
        var keys = new Option<string?>("--keys") { Description = "Only these metrics, such as loss,accuracy." };
        var points = new Option<int>("--points")
        {
            Description = $"At most how many points per series, {MinPoints} to {MaxPoints}.",
            DefaultValueFactory = _ => 20,
        };
        points.AcceptOnlyBetween(MinPoints, MaxPoints, $"--points must be between {MinPoints} and {MaxPoints}.");
        return new Command("metrics", "Print a run's metric series.") { run, keys, points }.Does(async context =>
        {
            var series = $"{await RunArgument.FindAsync(context, context.Value(run))}/metrics";
            var path = Query.Path(series, ("keys", context.Value(keys)), ("points", $"{context.Value(points)}"));
            var metrics = await context.Client.GetAsync(path, context.Cancelled);
            if (context.Json)
            {
                return context.PrintJson(metrics);
            }

            await CheckAsync(context, series, context.Value(keys) ?? "", metrics);
            context.PrintTable(
                ["metric", "step", "value"],
                metrics.Items("series").SelectMany(Rows),
                "No metrics have been logged."
            );
            return 0;
        });
    }

    /// <summary>Whoever asks for metrics by name is told which of them there are not.</summary>
    private static async Task CheckAsync(CommandContext context, string series, string keys, JsonNode found)
    {
        var missing = keys.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Except(found.Items("series").Select(one => one.Field("key")), StringComparer.Ordinal)
            .ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var all = await context.Client.GetAsync($"{series}/keys", context.Cancelled);
        var logged = string.Join(", ", all.Items().Select(metric => metric.Field("key")));
        throw new CliException(
            $"{string.Join(", ", missing)} {(missing.Count == 1 ? "has" : "have")} not been logged. {(logged.Length == 0 ? "No metrics have been." : $"The run has logged {logged}.")}"
        );
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(JsonNode series) =>
        series
            .Items("steps")
            .Zip(series["values"] as JsonArray ?? [])
            .Select(point =>
                (IReadOnlyList<string>)[series.Field("key"), point.First.Text() ?? "–", point.Second.Text() ?? "–"]
            );
}
