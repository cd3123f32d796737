namespace Platform.ServiceDefaults;

/// <summary>A watched disk as it was at the last look; in health reports too.</summary>
/// <param name="Name">The folders that it is told of by: <c>artifacts, data</c>.</param>
/// <param name="Folders">All watched folders that lie there.</param>
/// <param name="UsedPercent">In whole percent, rounded down.</param>
/// <param name="AcceptsBelow">Below how many percent a full one is accepted again.</param>
/// <param name="IsShared">Whether the whole platform refuses what is new while it is full.</param>
public sealed record DiskState(
    string Name,
    IReadOnlyList<string> Folders,
    int UsedPercent,
    DiskLevel Level,
    int AcceptsBelow,
    bool IsShared
)
{
    /// <summary>Whether a folder lies there.</summary>
    public bool Holds(string? folder) => folder is not null && Folders.Contains(folder, StringComparer.Ordinal);
}
