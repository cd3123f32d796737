using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

/// <summary>A summary of a run's metrics.</summary>
internal static class MetricOutput
{
    public static void Print(CommandContext context, JsonNode run) =>
        context.PrintTable(
            [
                "metric",
                "latest",
                new Column("at step", Drop: 1),
                new Column("min", Drop: 3),
                new Column("max", Drop: 4),
                new Column("points", Drop: 2),
            ],
            (run["latest"] as JsonObject ?? [])
                .Where(metric => metric.Value is not null)
                .Select(metric => Row(metric.Key, metric.Value!, run["metrics"]?[metric.Key])),
            "No metrics have been logged."
        );

    private static IReadOnlyList<string> Row(string name, JsonNode latest, JsonNode? all) =>
        [
            name,
            Number(latest["value"]),
            latest.Field("step"),
            Number(all?["min"]?["value"]),
            Number(all?["max"]?["value"]),
            all?.Field("count") ?? "–",
        ];

    /// <summary>Six significant digits.</summary>
    private static string Number(JsonNode? node) =>
        double.TryParse(node.Text(), CultureInfo.InvariantCulture, out var value)
            ? value.ToString("G6", CultureInfo.InvariantCulture)
            : node.Text() ?? "–";
}
