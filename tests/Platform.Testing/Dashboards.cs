using System.Text.Json.Nodes;

namespace Platform.Testing;

/// <summary>What Grafana's dashboards in <c>infra/grafana/dashboards</c> ask Prometheus.</summary>
public static class Dashboards
{
    /// <summary>The files with what they hold.</summary>
    public static IReadOnlyDictionary<string, JsonNode> All { get; } =
        Directory
            .GetFiles(Repository.PathOf("infra", "grafana", "dashboards"), "*.json")
            .Order(StringComparer.Ordinal)
            .ToDictionary(
                path => Path.GetFileName(path),
                path => JsonNode.Parse(File.ReadAllText(path))!,
                StringComparer.Ordinal
            );

    /// <summary>The expressions of all panels and annotations, with Grafana's variables filled in.</summary>
    public static IReadOnlyList<string> Expressions { get; } =
    [
        .. All
            .Values.SelectMany(dashboard =>
                Panels(dashboard)
                    .SelectMany(panel => panel["targets"]?.AsArray() ?? [])
                    .Concat(dashboard["annotations"]!["list"]!.AsArray())
            )
            .Select(target => target!["expr"]!.GetValue<string>())
            .Select(expression =>
                expression
                    .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
                    .Replace("$instance", ".*", StringComparison.Ordinal)
            )
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The panels of a dashboard, rows among them.</summary>
    public static IEnumerable<JsonNode> Panels(JsonNode dashboard) =>
        dashboard["panels"]!.AsArray().Select(panel => panel!);
}
