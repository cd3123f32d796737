using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Cli.Server;

namespace Platform.Cli.Runs;

/// <summary>Runs as CSV for programs: times as they are, and a column for each parameter, tag and last value of a metric that a run has.</summary>
internal static class RunCsv
{
    private static readonly string[] _fields =
    [
        "id",
        "name",
        "project",
        "status",
        "createdAt",
        "startedAt",
        "endedAt",
        "jobId",
        "parentId",
        "group",
        "alias",
    ];

    public static int Print(CommandContext context, IReadOnlyList<JsonNode> runs)
    {
        var parameters = Keys(runs, "parameters");
        var tags = Keys(runs, "tags");
        var metrics = Keys(runs, "latest");
        return context.PrintCsv(
            [
                .. _fields,
                .. parameters.Select(key => $"params.{key}"),
                .. metrics.Select(key => $"metrics.{key}"),
                .. tags.Select(key => $"tags.{key}"),
            ],
            runs.Select(run =>
                (IReadOnlyList<string>)
                    [
                        .. _fields.Select(field => run[field].Text() ?? ""),
                        .. parameters.Select(key => Text(run["parameters"]?[key])),
                        .. metrics.Select(key => Text(run["latest"]?[key]?["value"])),
                        .. tags.Select(key => Text(run["tags"]?[key])),
                    ]
            )
        );
    }

    private static List<string> Keys(IReadOnlyList<JsonNode> runs, string field) =>
        [
            .. runs.SelectMany(run => (run[field] as JsonObject)?.Select(pair => pair.Key) ?? [])
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    private static string Text(JsonNode? value) => value.Text() ?? value?.ToJsonString() ?? "";
}
