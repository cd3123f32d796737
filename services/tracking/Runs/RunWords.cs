namespace Platform.Tracking.Runs;

/// <summary>States and modes as the API and the tables spell them.</summary>
internal static class RunWords
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
    public static IEnumerable<string> Statuses => _statuses.Keys;

    public static string Word(this RunStatus status) => _statuses.First(entry => entry.Value == status).Key;

    public static string Word(this MetricMode mode) => mode is MetricMode.Max ? "max" : "min";

    /// <summary>A status as the tables hold it.</summary>
    public static RunStatus Status(string word) => _statuses[word];

    /// <summary>A mode as the tables hold it.</summary>
    public static MetricMode Mode(string word) => word is "min" ? MetricMode.Min : MetricMode.Max;

    public static bool TryParseStatus(string? word, out RunStatus status) =>
        _statuses.TryGetValue(word ?? "", out status);

    public static bool TryParseMode(string? word, out MetricMode mode)
    {
        mode = Mode(word ?? "");
        return word is "max" or "min";
    }
}
