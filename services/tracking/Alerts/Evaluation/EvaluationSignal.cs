using System.Collections.Concurrent;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Alerts.Evaluation;

/// <summary>
/// Which runs this process has stored points of since they were looked at. Raised without a run, or when it lost count, it asks to look
/// through all.
/// </summary>
internal sealed class EvaluationSignal : Signal
{
    /// <summary>With more than these, looking through all runs is as quick.</summary>
    private const int MaxRuns = 10_000;

    private readonly ConcurrentDictionary<string, bool> _runs = new(StringComparer.Ordinal);
    private volatile bool _all = true;

    public EvaluationSignal(RunSignals runs) => runs.HearAll(Note);

    /// <summary>Asks to look through everything.</summary>
    public new void Raise()
    {
        _all = true;
        base.Raise();
    }

    /// <summary>Asks to look at a run.</summary>
    public void Note(string runId)
    {
        if (_runs.Count >= MaxRuns)
        {
            _all = true;
        }
        else
        {
            _runs[runId] = true;
        }

        base.Raise();
    }

    /// <summary>Asks to go on with what was left, and with nothing else.</summary>
    public void GoOn() => base.Raise();

    /// <summary>Takes what is asked for.</summary>
    /// <param name="runs">The runs that were noted.</param>
    /// <returns>Whether all is to be looked through.</returns>
    public bool Take(out IReadOnlyList<string> runs)
    {
        runs = [.. _runs.Keys];
        foreach (var run in runs)
        {
            _runs.TryRemove(run, out _);
        }

        var all = _all;
        _all = false;
        return all;
    }
}
