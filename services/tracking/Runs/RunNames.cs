namespace Platform.Tracking.Runs;

/// <summary>Names of statuses and modes in the API and the tables.</summary>
internal static class RunNames
{
    private static readonly Dictionary<string, RunStatus> _statuses = new(StringComparer.Ordinal)
    {
        ["scheduled"] = RunStatus.Scheduled,
        ["running"] = RunStatus.Running,
        ["finished"] = RunStatus.Finished,
        ["failed"] = RunStatus.Failed,
        ["interrupted"] = RunStatus.Interrupted,
    };

    /// <summary>All statuses that a run may have.</summary>
    public static IReadOnlyCollection<string> Statuses => _statuses.Keys;

    public static string ToName(this RunStatus status) => _statuses.First(entry => entry.Value == status).Key;

    public static string ToName(this MetricMode mode) => mode is MetricMode.Max ? "max" : "min";

    /// <summary>A status as stored in the tables.</summary>
    public static RunStatus Status(string name) => _statuses[name];

    /// <summary>A mode as stored in the tables.</summary>
    public static MetricMode Mode(string name) => name is "min" ? MetricMode.Min : MetricMode.Max;

    public static bool TryParseStatus(string? name, out RunStatus status) =>
        _statuses.TryGetValue(name ?? "", out status);

    public static bool TryParseMode(string? name, out MetricMode mode)
    {
        mode = Mode(name ?? "");
        return name is "max" or "min";
    }
}
