using Platform.Contracts.Sentences;
using Platform.GpuAgent.Linux;

namespace Platform.GpuAgent.Phases;

/// <summary>The kernel killed a process for lack of memory while an attempt ran.</summary>
/// <param name="Use">The memory of the attempt, one of whose processes it was; null where it has no limit and that is unknown.</param>
/// <param name="AskedMiB">What the job asked for.</param>
internal sealed record OutOfMemory(MemoryUse? Use, int AskedMiB)
{
    private const long MiB = 1024 * 1024;

    /// <summary>Null when no process was killed since the attempt was prepared.</summary>
    public static OutOfMemory? Of(AttemptContext attempt)
    {
        var entry = attempt.Entry;
        var use = entry.Group?.ReadMemory();
        var killed = use is null ? ControlGroup.OutOfMemoryKills() > entry.OutOfMemoryKills : use.OutOfMemoryKills > 0;
        return killed ? new OutOfMemory(use, entry.Command.MemoryMiB) : null;
    }

    /// <summary>What happened and what to ask for, as a text for users.</summary>
    /// <param name="ofProcess">True when what was killed was not the training itself.</param>
    public Sentence Describe(bool ofProcess)
    {
        if (Use is null)
        {
            return EndingSentences.NodeOutOfMemory.With(AskedMiB);
        }

        var limit = Use.LimitBytes / MiB;
        var peak = (Use.PeakBytes + MiB - 1) / MiB;
        // The last allocation is the one that failed, and it may have been large.
        var template =
            peak < limit * 9 / 10
                ? ofProcess
                    ? EndingSentences.ProcessOutOfMemoryBelowLimit
                    : EndingSentences.OutOfMemoryBelowLimit
                : ofProcess
                    ? EndingSentences.ProcessOutOfMemoryAtLimit
                    : EndingSentences.OutOfMemoryAtLimit;
        return template.With(peak ?? limit, limit, limit * 2);
    }
}
