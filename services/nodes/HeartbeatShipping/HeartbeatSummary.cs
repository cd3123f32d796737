using System.Globalization;
using Platform.Contracts.Nodes;
using Platform.ElasticLogs;

namespace Platform.Nodes.HeartbeatShipping;

/// <summary>The heartbeats of a node in one minute.</summary>
/// <param name="Minute">When the minute began.</param>
/// <param name="Usages">What each of them said, at least one, in their order.</param>
internal sealed record HeartbeatSummary(
    Guid NodeId,
    string Name,
    DateTimeOffset Minute,
    IReadOnlyList<NodeUsage> Usages
)
{
    private const string Dataset = "platform.node";

    /// <summary>Makes its document: processors and GPUs as means of the minute, memory as its most, the disk as its least.</summary>
    public ElasticDocument Document()
    {
        var cpu = Math.Round(Usages.Average(usage => usage.Cpu), 3);
        var memory = Usages.Max(usage => usage.MemoryUsedMiB);
        var disk = Usages.Min(usage => usage.DiskFreeMiB);
        var utilizations = Usages
            .SelectMany(usage => usage.Gpus)
            .Select(gpu => gpu.Utilization)
            .OfType<double>()
            .ToList();
        var gpuMemory = Usages.Max(usage => usage.Gpus.Sum(gpu => gpu.MemoryUsedMiB ?? 0));
        return EcsDocument.Create(
            string.Create(CultureInfo.InvariantCulture, $"{NodeId:N}-{Minute.ToUnixTimeSeconds()}"),
            Dataset,
            Minute,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Name}: {Usages.Count} heartbeats, CPU {cpu * 100:0} %, {memory} MiB of memory used, {disk} MiB of disk free"
            ),
            json =>
            {
                json.WriteString("host.name", Name);
                json.WriteString("platform.node.id", NodeId);
                json.WriteNumber("platform.node.heartbeats", Usages.Count);
                json.WriteNumber("platform.node.cpu", cpu);
                json.WriteNumber("platform.node.memory_used_mib", memory);
                json.WriteNumber("platform.node.disk_free_mib", disk);
                if (utilizations.Count > 0)
                {
                    json.WriteNumber("platform.node.gpu", Math.Round(utilizations.Average(), 3));
                    json.WriteNumber("platform.node.gpu_memory_used_mib", gpuMemory);
                }
            }
        );
    }
}
