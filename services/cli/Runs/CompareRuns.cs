using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

internal static class CompareRuns
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("run")
        {
            Description = "Two or more runs: their ids, beginnings or ends of ids, or names.",
            Arity = ArgumentArity.OneOrMore,
        };
        var keys = new Option<string?>("--keys") { Description = "The metrics of --csv, such as loss,accuracy." };
        var axis = new Option<string>("--x")
        {
            Description = "What the series of --csv are over.",
            DefaultValueFactory = _ => "step",
        };
        axis.AcceptOnlyFromAmong("step", "time", "relative");
        var csv = new Option<bool>("--csv") { Description = "Print the series as CSV, with a column for each run." };
        var command = new Command("compare", "Show in what runs differ: parameters, and latest metrics.")
        {
            runs,
            keys,
            axis,
            csv,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(runs) is { Tokens.Count: 1 })
            {
                result.AddError("Name two runs or more.");
            }
        });
        command.RefuseTogether(GlobalOptions.Json, csv);
        command.WithExamples(
            "runs compare 4f2a 77c1",
            "runs compare baseline tuned --keys loss --x relative --csv > loss.csv"
        );
        return command.Does(async context =>
        {
            var ids = new List<string>();
            foreach (var run in context.Value(runs))
            {
                ids.Add((await RunArgument.FindAsync(context, run)).Split('/')[^1]);
            }

            var wantsSeries = context.Json || context.Value(csv);
            var answer = await context.Client.GetAsync(
                Query.Path(
                    "/api/runs/compare",
                    ("ids", string.Join(',', ids.Select(Uri.UnescapeDataString))),
                    ("keys", context.Value(keys)),
                    ("x", context.Value(axis)),
                    ("points", wantsSeries ? null : "0")
                ),
                context.Cancelled
            );
            return context.Json ? context.PrintJson(answer)
                : context.Value(csv) ? PrintCsv(context, answer)
                : Print(context, answer);
        });
    }

    private static int Print(CommandContext context, JsonNode answer)
    {
        var runs = answer.Items("runs").ToList();
        var columns = runs.Select(run => new Column(TableLayout.OneLine(Name(runs, run)), IsName: true))
            .Prepend("")
            .ToList();
        List<IReadOnlyList<string>> rows =
        [
            ["status", .. runs.Select(run => run.Field("status"))],
            ["duration", .. runs.Select(Duration)],
            .. Best(runs),
        ];
        rows.AddRange(
            answer
                .Items("parameters")
                .Select(parameter => Row(parameter.Field("key"), Cells(parameter, "values", value => value.Text())))
        );
        rows.AddRange(
            answer
                .Items("metrics")
                .Where(metric => metric["differs"]?.GetValue<bool>() is true)
                .Select(metric => Row(metric.Field("key"), Cells(metric, "latest", point => Short(point?["value"]))))
        );
        context.PrintTable(columns, rows, "");
        var same = (answer["sameParameters"] as JsonObject)?.Count ?? 0;
        if (same > 0)
        {
            context.Error.WriteLine($"{Count.Of(same, "parameter")} {(same == 1 ? "is" : "are")} the same in all.");
        }

        return 0;
    }

    private static IEnumerable<IReadOnlyList<string>> Best(List<JsonNode> runs) =>
        runs.Exists(run => run["primaryMetric"] is not null)
            ?
            [
                [
                    "best",
                    .. runs.Select(run =>
                        run["primaryMetric"] is { } metric
                            ? $"{metric.Field("name")} {Short(metric["value"]) ?? "–"} at step {metric.Field("step")}"
                            : "–"
                    ),
                ],
            ]
            : [];

    private static int PrintCsv(CommandContext context, JsonNode answer)
    {
        var runs = answer.Items("runs").ToList();
        return context.PrintCsv(
            ["metric", "x", .. runs.Select(run => Name(runs, run))],
            answer.Items("series").SelectMany(series => Lines(series, [.. runs.Select(run => run.Field("id"))]))
        );
    }

    /// <summary>A line for each x; a run that has no point there has an empty cell.</summary>
    private static IEnumerable<IReadOnlyList<string>> Lines(JsonNode series, List<string> ids)
    {
        var values = series
            .Items("runs")
            .ToDictionary(
                run => run.Field("runId"),
                run =>
                    run.Items("positions")
                        .Zip(run.Items("values"))
                        .ToDictionary(point => point.First.GetValue<int>(), point => point.Second.Text() ?? ""),
                StringComparer.Ordinal
            );
        var x = series.Items("x").ToList();
        for (var i = 0; i < x.Count; i++)
        {
            yield return
            [
                series.Field("key"),
                x[i].Text() ?? "",
                .. ids.Select(id => values.GetValueOrDefault(id)?.GetValueOrDefault(i) ?? ""),
            ];
        }
    }

    private static IReadOnlyList<string> Row(string name, IEnumerable<string> cells) => [name, .. cells];

    private static IEnumerable<string> Cells(JsonNode row, string field, Func<JsonNode?, string?> text) =>
        (row[field] as JsonArray ?? []).Select(cell => text(cell) ?? "–");

    /// <summary>Its name, with its id where another one has the same.</summary>
    private static string Name(List<JsonNode> runs, JsonNode run) =>
        runs.Count(other => other.Field("name") == run.Field("name")) > 1
            ? $"{run.Field("name")} {TableLayout.ShortId(run.Field("id"))}"
            : run.Field("name");

    private static string Duration(JsonNode run) =>
        double.TryParse(run["durationSeconds"].Text(), CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Round(seconds)).ToString("c", CultureInfo.InvariantCulture)
            : "–";

    /// <summary>Six significant digits.</summary>
    private static string? Short(JsonNode? node) =>
        double.TryParse(node.Text(), CultureInfo.InvariantCulture, out var value)
            ? value.ToString("G6", CultureInfo.InvariantCulture)
            : node.Text();
}
