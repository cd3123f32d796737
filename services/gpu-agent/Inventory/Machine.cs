using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using Platform.Contracts.Nodes;
using Platform.Contracts.Services;
using Platform.GpuAgent.Limits;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.State;
using Platform.ServiceDefaults;

namespace Platform.GpuAgent.Inventory;

/// <summary>This machine's resources and load.</summary>
/// <param name="disks">Null before the agent's host runs, when nothing is said of how full the disk is.</param>
internal sealed class Machine(
    IOptions<AgentOptions> options,
    StateFolder state,
    JobLimits limits,
    DiskWatch? disks = null
)
{
    private readonly Nvml _nvml = new();
    private (long Busy, long Total) _lastCpu = ReadCpu();

    /// <summary>The offered resources: no more than the control group allows.</summary>
    public NodeInventory Inventory()
    {
        var (gpus, reason) = _nvml.Inventory();
        return new NodeInventory
        {
            Hostname = Environment.MachineName,
            Os = RuntimeInformation.OSDescription,
            AgentVersion = PlatformVersion.Current,
            Cpus = options.Value.Cpus ?? Cpus(),
            MemoryMiB = options.Value.MemoryMiB ?? ToMiB(MemoryBytes()),
            Gpus = gpus,
            GpuReason = reason?.Text,
            GpuReasonCode = reason?.Code,
            Limits = limits.State,
            Labels = options.Value.Labels,
        };
    }

    /// <summary>The load since the last call.</summary>
    public NodeUsage Usage()
    {
        var now = ReadCpu();
        var total = now.Total - _lastCpu.Total;
        var cpu = total > 0 ? (double)(now.Busy - _lastCpu.Busy) / total : 0;
        _lastCpu = now;
        var disk = disks?.Disks.FirstOrDefault(disk => disk.Holds(AgentModule.DiskFolder));
        return new NodeUsage
        {
            Cpu = Math.Clamp(cpu, 0, 1),
            MemoryUsedMiB = ToMiB(ReadMemory("MemTotal") - ReadMemory("MemAvailable")),
            DiskFreeMiB = new DriveInfo(state.Root).AvailableFreeSpace / (1024 * 1024),
            DiskUsedPercent = disk?.UsedPercent,
            IsDiskFull = disk?.Level is DiskLevel.Full,
            Gpus = _nvml.Usage(),
        };
    }

    private static double Cpus() =>
        Math.Min(Environment.ProcessorCount, ControlGroup.CpuLimit() ?? double.PositiveInfinity);

    private static long MemoryBytes() => Math.Min(ReadMemory("MemTotal"), ControlGroup.MemoryLimit() ?? long.MaxValue);

    private static long ReadMemory(string field)
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith(field, StringComparison.Ordinal) && line[field.Length] is ':')
            {
                var kibibytes = line[(field.Length + 1)..].Trim().Split(' ')[0];
                return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
            }
        }

        return 0;
    }

    private static (long Busy, long Total) ReadCpu()
    {
        // cpu user nice system idle iowait irq softirq steal; guest times are counted in user already.
        var times = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Take(8)
            .Select(time => long.Parse(time, CultureInfo.InvariantCulture))
            .ToArray();
        var total = times.Sum();
        return (total - times[3] - times[4], total);
    }

    private static int ToMiB(long bytes) => (int)(bytes / (1024 * 1024));
}
