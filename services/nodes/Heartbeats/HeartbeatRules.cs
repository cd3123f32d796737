using Platform.Contracts.Nodes;
using Platform.Nodes.Membership;

namespace Platform.Nodes.Heartbeats;

/// <summary>Validates heartbeats, whether they came over HTTP or the bus.</summary>
internal static class HeartbeatRules
{
    private const int MaxAttempts = 4096;
    private const int MaxAgent = 200;

    /// <returns>The first error; null when the heartbeat is valid.</returns>
    public static InvalidField? Check(NodeHeartbeat heartbeat)
    {
        if (heartbeat.NodeId == Guid.Empty)
        {
            return new("nodeId", NodeSentences.Empty);
        }

        if (
            heartbeat.Attempts is null
            || heartbeat.Attempts.Count > MaxAttempts
            || heartbeat.Attempts.Any(held => held is null || held.Attempt < 1 || held.Rank < 0)
        )
        {
            return new("attempts", NodeSentences.HeldAttempts.With(MaxAttempts));
        }

        return CheckAgent(heartbeat.Agent)
            ?? InventoryRules.Check(heartbeat.Inventory)
            ?? (heartbeat.Usage is null ? null : CheckUsage(heartbeat.Usage));
    }

    /// <returns>What is wrong with an agent's own identifier; null when it is valid.</returns>
    public static InvalidField? CheckAgent(string? agent) =>
        agent is null ? null : InventoryRules.Text("agent", agent, MaxAgent);

    private static InvalidField? CheckUsage(NodeUsage usage) =>
        !IsShare(usage.Cpu) ? new("usage.cpu", NodeSentences.Share)
        : usage.MemoryUsedMiB < 0 ? new("usage.memoryUsedMiB", NodeSentences.NotNegative)
        : usage.DiskFreeMiB < 0 ? new("usage.diskFreeMiB", NodeSentences.NotNegative)
        : usage.DiskUsedPercent is < 0 or > 100 ? new("usage.diskUsedPercent", NodeSentences.Percent)
        : usage.Gpus is null || usage.Gpus.Any(gpu => gpu is null || !IsValid(gpu))
            ? new("usage.gpus", NodeSentences.GpuUsage)
        : null;

    private static bool IsValid(GpuUsage gpu) =>
        gpu.Index >= 0
        && IsShare(gpu.Utilization ?? 0)
        && gpu.MemoryUsedMiB is null or >= 0
        && (gpu.PowerWatts is not { } watts || double.IsFinite(watts));

    private static bool IsShare(double value) => value is >= 0 and <= 1;
}
