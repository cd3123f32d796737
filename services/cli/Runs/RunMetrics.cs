using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class RunMetrics
{
    private const int MinPoints = 4;
    private const int MaxPoints = 100_000;
    private const int TablePoints = 20;

    /// <summary>As many of a run's metrics are named where one is asked for that it does not have.</summary>
    private const int NamedMetrics = 10;

    /// <summary>Two dots in a character, and a wide terminal.</summary>
    private const int PlotPoints = 1000;

    public static Command Create()
    {
        var runs = new Argument<string[]>("run")
        {
            Description = "The runs: their ids, beginnings or ends of ids, or names.",
            Arity = ArgumentArity.OneOrMore,
        };
        var keys = new Option<string?>("--keys") { Description = "Only these metrics, such as loss,accuracy." };
        var points = new Option<int?>("--points")
        {
            Description =
                $"At most how many points per series, {MinPoints} to {MaxPoints} ({TablePoints}; {PlotPoints} in a plot).",
        };
        points.AcceptOnlyBetween(MinPoints, MaxPoints, $"--points must be between {MinPoints} and {MaxPoints}.");
        var plot = new Option<bool>("--plot") { Description = "Draw curves, one plot for each metric." };
        var csv = new Option<bool>("--csv") { Description = "Print CSV; 'runs export --format csv' has all points." };
        var command = new Command("metrics", "Print the metric series of runs, or draw them.")
        {
            runs,
            keys,
            points,
            plot,
            csv,
        };
        command.RefuseTogether(plot, csv);
        command.RefuseTogether(GlobalOptions.Json, plot);
        command.RefuseTogether(GlobalOptions.Json, csv);
        command.WithExamples(
            "runs metrics digits --keys loss",
            "runs metrics digits --keys loss,val_loss --plot",
            "runs metrics 4f2a 77c1 --keys loss --plot",
            "runs metrics digits --csv > digits.csv"
        );
        return command.Does(async context =>
        {
            var most = context.Value(points) ?? (context.Value(plot) ? PlotPoints : TablePoints);
            var all = new List<RunSeries>();
            foreach (var run in context.Value(runs))
            {
                all.Add(await ReadAsync(context, run, context.Value(keys), most));
            }

            return context.Value(plot) ? Draw(context, all)
                : context.Value(csv) ? PrintCsv(context, all)
                : context.Json ? context.PrintJson(Json(all))
                : Print(context, all);
        });
    }

    private static async Task<RunSeries> ReadAsync(CommandContext context, string run, string? keys, int points)
    {
        var series = $"{await RunArgument.FindAsync(context, run)}/metrics";
        var path = Query.Path(series, ("keys", keys), ("points", points.ToString(CultureInfo.InvariantCulture)));
        var answer = await context.Client.GetAsync(path, context.Cancelled);
        if (!context.Json)
        {
            await CheckAsync(context, run, series, keys ?? "", answer);
        }

        return new RunSeries(run, answer);
    }

    private static JsonNode Json(List<RunSeries> all) =>
        all is [var one]
            ? one.Answer
            : new JsonObject
            {
                ["items"] = new JsonArray([
                    .. all.Select(run => new JsonObject
                    {
                        ["run"] = run.Run,
                        ["series"] = run.Answer["series"]?.DeepClone(),
                    }),
                ]),
            };

    private static int Print(CommandContext context, List<RunSeries> all)
    {
        var isOne = all.Count == 1;
        context.PrintTable(
            isOne ? ["metric", "step", "value"] : ["run", "metric", "step", "value"],
            all.SelectMany(run =>
                run.Answer.Items("series").SelectMany(series => Rows(series, isOne ? null : run.Run))
            ),
            "No metrics have been logged."
        );
        return 0;
    }

    private static int PrintCsv(CommandContext context, List<RunSeries> all) =>
        context.PrintCsv(
            ["run", "metric", "step", "at", "value"],
            all.SelectMany(run =>
                run.Answer.Items("series")
                    .SelectMany(series =>
                        Rows(series, run.Run)
                            .Zip(
                                series.Items("times"),
                                (row, at) => (IReadOnlyList<string>)[.. row.Take(3), at.Text() ?? "", row[3]]
                            )
                    )
            )
        );

    private static int Draw(CommandContext context, List<RunSeries> all)
    {
        var style = PlotStyle.Of(context);
        var metrics = all.SelectMany(run => run.Answer.Items("series").Select(series => (run.Run, Series: series)))
            .Where(one => one.Series.Items("steps").Any())
            .GroupBy(one => one.Series.Field("key"), StringComparer.Ordinal)
            .ToList();
        if (metrics.Count == 0)
        {
            context.Out.WriteLine("No metrics have been logged.");
            return 0;
        }

        foreach (var metric in metrics)
        {
            context.Out.WriteLine(TableLayout.OneLine(metric.Key));
            var curves = metric.Select(one => new PlotSeries(one.Run, Points(one.Series))).ToList();
            foreach (var line in Plot.Draw(curves, style).DefaultIfEmpty("  It has no finite value."))
            {
                context.Out.WriteLine(line);
            }

            context.Out.WriteLine();
        }

        return 0;
    }

    private static List<(double, double)> Points(JsonNode series) =>
        [.. series.Items("steps").Zip(series["values"] as JsonArray ?? [], (x, y) => (Number(x), Number(y)))];

    private static double Number(JsonNode? node) =>
        double.TryParse(node.Text(), CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    /// <summary>Whoever asks for metrics by name is told which of them there are not.</summary>
    private static async Task CheckAsync(CommandContext context, string run, string series, string keys, JsonNode found)
    {
        var missing = keys.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Except(found.Items("series").Select(one => one.Field("key")), StringComparer.Ordinal)
            .ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var all = await context.Client.GetAsync($"{series}/keys", context.Cancelled);
        var logged = all.Items().Select(metric => metric.Field("key")).ToList();
        var more = logged.Count - NamedMetrics;
        var named = $"{string.Join(", ", logged.Take(NamedMetrics))}{(more > 0 ? $" and {more} more" : "")}";
        throw new CliException(
            $"{string.Join(", ", missing)} {(missing.Count == 1 ? "has" : "have")} not been logged. {(logged.Count == 0 ? $"The run {run} has logged no metrics." : $"The run {run} has logged {named}.")}"
        );
    }

    /// <param name="run">Null where there is only one.</param>
    private static IEnumerable<IReadOnlyList<string>> Rows(JsonNode series, string? run) =>
        series
            .Items("steps")
            .Zip(series["values"] as JsonArray ?? [])
            .Select(point =>
                (IReadOnlyList<string>)
                    [
                        .. run is null ? Array.Empty<string>() : [run],
                        series.Field("key"),
                        point.First.Text() ?? "–",
                        point.Second.Text() ?? "–",
                    ]
            );

    /// <summary>The series of a run.</summary>
    /// <param name="Run">As the user named it.</param>
    private sealed record RunSeries(string Run, JsonNode Answer);
}
