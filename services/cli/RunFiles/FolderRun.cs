using System.Text.Json.Nodes;
using Platform.Sdk;

namespace Platform.Cli.RunFiles;

/// <summary>A point of a metric as another tracker stored it.</summary>
internal readonly record struct FolderPoint(string Key, long Step, DateTimeOffset At, double Value, string? Stage)
{
    private const int MaxStage = 100;

    /// <summary>Why the platform cannot store it; null when it can. One such point is left out, instead of its run.</summary>
    public string? Problem =>
        Step is < -Records.MaxStep or > Records.MaxStep ? "a step beyond 2^53"
        : !Values.IsName(Key, Values.MaxName) ? $"a name of more than {Values.MaxName} characters or lines"
        : Stage is { Length: > 0 } stage && !Values.IsName(stage, MaxStage)
            ? $"a stage of more than {MaxStage} characters or lines"
        : null;
}

/// <summary>A run as another tracker stored it in a folder.</summary>
/// <param name="Folder">Where it is, as it is shown.</param>
/// <param name="Run">As <c>run.json</c> of an archive has it.</param>
/// <param name="Points">Read while they are written.</param>
/// <param name="Logs">Files by the name that they get.</param>
internal sealed record FolderRun(
    string Folder,
    JsonObject Run,
    IEnumerable<FolderPoint> Points,
    IReadOnlyDictionary<string, string> Logs
)
{
    public string Id => Run["id"]!.GetValue<string>();
}

/// <summary>What of a folder is taken and what is not.</summary>
internal sealed class FolderReport
{
    private readonly List<string> _left = [];

    /// <summary>What was left out, a line each.</summary>
    public IReadOnlyList<string> Left => _left;

    public void Leave(string what) => _left.Add(what);
}

/// <summary>A kind of folder that runs can be read from.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="IsOne">Whether a folder is of this kind.</param>
/// <param name="Read">The runs below it; those that cannot be read are reported and left out.</param>
internal sealed record FolderKind(
    string Name,
    Func<string, bool> IsOne,
    Func<string, FolderReport, IEnumerable<FolderRun>> Read
)
{
    public static readonly IReadOnlyList<FolderKind> All = [MlflowFolder.Kind, RunicornFolder.Kind];
}
