using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;

namespace Platform.GpuAgent.Attempts;

/// <summary>Which work folders are kept: those of failed attempts, for a while.</summary>
internal static class WorkRetention
{
    public static bool IsKept(AttemptEntry entry, AgentOptions options, DateTimeOffset now) =>
        entry.Phase is not AttemptPhase.Done
        || (
            entry.End is { Succeeded: false, Reason: not (EndReasons.Cancelled or EndReasons.DiskFull) }
            && !entry.IsFenced
            && now - entry.ClosedAt < TimeSpan.FromHours(options.WorkRetentionHours)
        );
}
