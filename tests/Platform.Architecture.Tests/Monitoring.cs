using System.Text.RegularExpressions;

namespace Platform.Architecture.Tests;

/// <summary>What <c>infra/prometheus</c> holds.</summary>
internal static partial class Monitoring
{
    public static string AlertsFile => Repository.PathOf("infra", "prometheus", "rules", "alerts.yml");

    /// <summary>The names of the alerts with what their rules say.</summary>
    public static IReadOnlyDictionary<string, string> Alerts { get; } =
        Alert()
            .Matches(File.ReadAllText(AlertsFile))
            .ToDictionary(
                alert => alert.Groups["name"].Value,
                alert => alert.Groups["rule"].Value,
                StringComparer.Ordinal
            );

    /// <summary>The names of the series that rules record.</summary>
    public static IReadOnlySet<string> Recorded { get; } =
        Files("rules")
            .SelectMany(file => RecordedName().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["name"].Value)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>All expressions of rules.</summary>
    public static IEnumerable<string> Expressions() =>
        Files("rules")
            .SelectMany(file => Expression().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["expression"].Value);

    /// <summary>The YAML files of a folder.</summary>
    public static string[] Files(string folder) =>
        Directory.GetFiles(Repository.PathOf("infra", "prometheus", folder), "*.yml");

    /// <summary>The names of series in an expression.</summary>
    public static IEnumerable<string> SeriesOf(string expression) =>
        Name()
            .Matches(Labels().Replace(Matchers().Replace(Texts().Replace(expression, ""), ""), " "))
            .Select(match => match.Value)
            .Where(name => !_words.Contains(name))
            .Distinct(StringComparer.Ordinal);

    /// <summary>
    /// Whether docs/metrics.md names a series: as it is, by its histogram, or by a pattern such as <c>dotnet_gc_*</c>. Those that are
    /// recorded, and Prometheus' own, need no document.
    /// </summary>
    public static bool IsDocumented(string series) =>
        series is "up" or "ALERTS"
        || Recorded.Contains(series)
        || _documented.Contains(series)
        || _documented.Contains(HistogramSuffix().Replace(series, ""))
        || _documented.Any(name => name.EndsWith('*') && series.StartsWith(name[..^1], StringComparison.Ordinal));

    private static readonly HashSet<string> _documented = DocumentedName()
        .Matches(File.ReadAllText(Repository.PathOf("docs", "metrics.md")))
        .Select(match => match.Groups["name"].Value)
        .ToHashSet(StringComparer.Ordinal);

    private static readonly HashSet<string> _words = new(StringComparer.Ordinal)
    {
        "and",
        "or",
        "unless",
        "offset",
        "bool",
        "inf",
        "nan",
    };

    [GeneratedRegex(@"^      - alert: (?<name>\w+)\n(?<rule>(?:(?!      - |  - ).*\n)+)", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"^      - record: (?<name>\S+)$", RegexOptions.Multiline)]
    private static partial Regex RecordedName();

    /// <summary>On the line itself, or as a block below it.</summary>
    [GeneratedRegex(
        @"^        expr: (?:\|\n(?<expression>(?:          .*\n)+)|(?<expression>.+)\n)",
        RegexOptions.Multiline
    )]
    private static partial Regex Expression();

    [GeneratedRegex(@"`(?<name>\w+\*?)`")]
    private static partial Regex DocumentedName();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Texts();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]")]
    private static partial Regex Matchers();

    /// <summary>What is grouped by or matched on.</summary>
    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Labels();

    /// <summary>A name that is not that of a function, nor the unit of a duration.</summary>
    [GeneratedRegex(@"(?<![\w:])[a-zA-Z_][\w:]*(?![\w:]*\s*\()")]
    private static partial Regex Name();
}
