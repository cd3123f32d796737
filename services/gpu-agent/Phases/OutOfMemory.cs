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
    /// <param name="what">What was killed.</param>
    public string Describe(string what)
    {
        if (Use is null)
        {
            return $"The kernel killed {what} because the node's memory ran out. It had asked for {AskedMiB} MiB, which is no limit on this node; ask for what it needs (resources.memoryMiB).";
        }

        var limit = Use.LimitBytes / MiB;
        var peak = (Use.PeakBytes + MiB - 1) / MiB;
        // The last allocation is the one that failed, and it may have been large.
        return peak < limit * 9 / 10
            ? $"The kernel killed {what} for lack of memory. It used {peak} MiB at its peak, and may use {limit} MiB: it asked for more than that at once, or the node's memory ran out. Ask for more, such as {limit * 2} MiB (resources.memoryMiB)."
            : $"The kernel killed {what} at its limit of memory. It used {peak ?? limit} MiB at its peak, and may use {limit} MiB. Ask for more, such as {limit * 2} MiB (resources.memoryMiB).";
    }
}
