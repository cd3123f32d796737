namespace Platform.Sdk;

/// <summary>
/// Sends what trainings left in a spool folder because the platform was away when they ended; the format is the same for all
/// SDKs (sdk/README.md). May be repeated: records are known again by the platform.
/// </summary>
public static class LeftSpools
{
    private const string Ending = ".jsonl";

    /// <summary>The runs of which something is left, or is being sent by a training that still runs.</summary>
    public static IReadOnlyList<string> RunsIn(string folder) =>
        Directory.Exists(folder)
            ?
            [
                .. Directory
                    .EnumerateFiles(folder, $"*{Ending}")
                    .Select(path => RunOf(Path.GetFileName(path)))
                    .OfType<string>()
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    /// <summary>Sends what is left of the options' run and removes what was sent; spools in use are left to their process.</summary>
    /// <param name="patience">How long to go on while nothing can be sent.</param>
    /// <returns>False when something is left that the platform does not know.</returns>
    public static bool Send(TrackedRunOptions options, TimeSpan patience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var spools = Spool.TakeOver(options.SpoolFolder, options.RunId);
        if (spools.Count == 0)
        {
            return true;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sender = new Sender(options, [.. spools], reportOutages: false, stop.Token);
        sender.Start();
        var sentAll = sender.Finish(patience);
        stop.Cancel();
        sender.Join(Timeout.InfiniteTimeSpan);
        return sentAll;
    }

    /// <summary>A run's id may contain dots, what follows it does not.</summary>
    private static string? RunOf(string name) =>
        name[..^Ending.Length].LastIndexOf('.') is var end and > 0 && TrackedRun.IsId(name[..end]) ? name[..end] : null;
}
