using System.Globalization;
using System.Text.Json;
using Platform.Tracking.Browsing;
using Platform.Tracking.Metrics;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Exporting;

/// <summary>What a report says about a run, in whichever form.</summary>
/// <param name="Curves">Of the first metrics; empty where the form has no pictures.</param>
internal sealed record ReportContent(
    RunView Run,
    IReadOnlyList<(string Name, string Value)> Facts,
    IReadOnlyList<(string Title, IReadOnlyList<(string Name, string Value)> Values)> Sections,
    IReadOnlyList<IReadOnlyList<string>> Metrics,
    IReadOnlyList<(string Key, List<SeriesPoint> Points)> Curves
)
{
    public static readonly IReadOnlyList<string> MetricColumns = ["metric", "latest", "step", "min", "max", "points"];

    public static ReportContent Of(RunView run, IReadOnlyList<(string Key, List<SeriesPoint> Points)> curves) =>
        new(
            run,
            [.. Describe(run).Where(fact => fact.Value.Length > 0)],
            [
                .. new (string Title, JsonElement? Values)[]
                {
                    ("Parameters", run.Parameters),
                    ("Tags", run.Tags),
                    ("Summary", run.Summary),
                    ("Environment", run.Environment),
                }
                    .Select(section => (section.Title, ValuesOf(section.Values)))
                    .Where(section => section.Item2.Count > 0),
            ],
            [
                .. run.Metrics!.Select(metric =>
                    (IReadOnlyList<string>)
                        [
                            metric.Key,
                            SvgCurve.Number(run.Latest![metric.Key].Value),
                            run.Latest[metric.Key].Step.ToString(CultureInfo.InvariantCulture),
                            metric.Value.Min is { } min ? SvgCurve.Number(min.Value) : "",
                            metric.Value.Max is { } max ? SvgCurve.Number(max.Value) : "",
                            metric.Value.Count.ToString(CultureInfo.InvariantCulture),
                        ]
                ),
            ],
            curves
        );

    private static IEnumerable<(string Name, string Value)> Describe(RunView run) =>
        [
            ("Run", run.Id),
            ("Project", run.Project ?? ""),
            ("Status", run.EndReason is { } reason ? $"{run.Status.ToName()} ({reason})" : run.Status.ToName()),
            ("Alias", run.Alias),
            ("Group", run.Group),
            ("Part of", run.ParentId ?? ""),
            ("Job", run.JobId?.ToString() ?? ""),
            ("Created", Time(run.CreatedAt)),
            ("Started", Time(run.StartedAt)),
            ("Ended", Time(run.EndedAt)),
            ("Duration", run.EndedAt - run.StartedAt is { } took ? Duration(took) : ""),
            ("Not stored", run.Losses is { } losses ? $"{losses.Refused} values; {losses.Cut} were changed" : ""),
            (
                "Primary metric",
                run.PrimaryMetric is { } metric
                    ? $"{metric.Name} ({metric.Mode.ToName()}){(metric.Value is { } value ? $": {SvgCurve.Number(value)} at step {metric.Step}" : "")}"
                    : ""
            ),
        ];

    private static string Duration(TimeSpan took) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)took.TotalHours}:{took:mm\\:ss}");

    private static string Time(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) ?? "";

    private static List<(string, string)> ValuesOf(JsonElement? values) =>
        values is { ValueKind: JsonValueKind.Object } all
            ? [.. all.EnumerateObject().Select(value => (value.Name, new RunValue(value.Value).Text))]
            : [];
}
