namespace Platform.Sdk;

/// <summary>
/// Sends what trainings left in a spool folder because the platform was unavailable when they ended; the format is the
/// same for all SDKs (sdk/README.md). May be repeated: the platform recognizes repeated records.
/// </summary>
public static class UnsentSpools
{
    private const string Ending = ".jsonl";

    /// <summary>The runs with spools in the folder: unsent ones, and those of trainings that still run.</summary>
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

    /// <summary>
    /// Sends the unsent records of the options' run and removes sent spools; spools in use are skipped. A run whose process was
    /// killed ends as interrupted, when its last record was written; a job's own run ends as the job does.
    /// </summary>
    /// <param name="idleTimeout">How long to keep trying while nothing can be sent.</param>
    /// <returns>False when some records could not be sent.</returns>
    public static bool Send(TrackedRunOptions options, TimeSpan idleTimeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var spools = Spool.TakeOver(options.SpoolFolder, options.RunId);
        if (spools.Count == 0)
        {
            return true;
        }

        foreach (var spool in spools)
        {
            spool.EndRun();
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sender = new Sender(
            options,
            Records.Run(options, startedAt: null),
            [.. spools],
            own: null,
            new Refusals(),
            stop.Token
        );
        sender.Start();
        var sentAll = sender.Finish(idleTimeout);
        stop.Cancel();
        sender.Join(Timeout.InfiniteTimeSpan);
        return sentAll;
    }

    /// <summary>A run's id may contain dots; the part after it does not.</summary>
    private static string? RunOf(string name) =>
        name[..^Ending.Length].LastIndexOf('.') is var end and > 0 && TrackedRun.IsId(name[..end]) ? name[..end] : null;
}
