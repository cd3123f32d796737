using System.Globalization;
using System.Text.Json.Serialization;

namespace Platform.GpuAgent.Linux;

/// <summary>How much memory the processes of a group used.</summary>
/// <param name="OutOfMemoryKills">How many of them the kernel killed because there was none left.</param>
/// <param name="PeakBytes">The most they used at once; null where the kernel does not tell.</param>
/// <param name="LimitBytes">What they may use.</param>
internal sealed record MemoryUse(long OutOfMemoryKills, long? PeakBytes, long LimitBytes);

/// <summary>The control group of one rank of an attempt: what its processes may use together.</summary>
/// <param name="Version">Of control groups: 1 or 2.</param>
/// <param name="Memory">The folder with the limit of memory.</param>
/// <param name="Cpu">The folder with the limit of CPU time; the same one in version 2.</param>
internal sealed record JobGroup(int Version, string Memory, string Cpu)
{
    private const int PeriodMicroseconds = 100_000;
    private const int LeastQuotaMicroseconds = 1000;

    /// <summary>A program needs about this much to start; less would only kill it.</summary>
    private const long LeastBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Its folders.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Folders =>
        string.Equals(Memory, Cpu, StringComparison.Ordinal) ? [Memory] : [Memory, Cpu];

    /// <summary>A process that writes 0 to each of these files becomes part of the group.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> ProcessFiles => [.. Folders.Select(folder => Path.Combine(folder, "cgroup.procs"))];

    /// <summary>False after a restart of the machine.</summary>
    [JsonIgnore]
    public bool Exists => Folders.All(Directory.Exists);

    /// <summary>Makes the group with its limits; one that exists gets them.</summary>
    /// <exception cref="IOException">The kernel refuses it.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public void Make(double cpus, int memoryMiB)
    {
        foreach (var folder in Folders)
        {
            Directory.CreateDirectory(folder);
        }

        var bytes = Math.Max(memoryMiB * 1024L * 1024, LeastBytes);
        var quota = Math.Max((long)Math.Ceiling(cpus * PeriodMicroseconds), LeastQuotaMicroseconds);
        if (Version == 1)
        {
            // Memory and swap together may not be less than memory: from no limit to one, memory comes first.
            Write(Memory, "memory.limit_in_bytes", bytes);
            WriteIfThere(Memory, "memory.memsw.limit_in_bytes", bytes);
            Write(Cpu, "cpu.cfs_period_us", PeriodMicroseconds);
            Write(Cpu, "cpu.cfs_quota_us", quota);
        }
        else
        {
            Write(Memory, "memory.max", bytes);
            WriteIfThere(Memory, "memory.swap.max", 0);
            // What is left of a training that lost a process would only wait for it.
            WriteIfThere(Memory, "memory.oom.group", 1);
            Write(Cpu, "cpu.max", $"{quota} {PeriodMicroseconds}");
        }
    }

    /// <summary>Null when the group is gone.</summary>
    public MemoryUse? ReadMemory()
    {
        var (events, peak, limit) =
            Version == 1
                ? ("memory.oom_control", "memory.max_usage_in_bytes", "memory.limit_in_bytes")
                : ("memory.events", "memory.peak", "memory.max");
        return Number(Read(Memory, limit)) is { } bytes
            ? new MemoryUse(Counter(Read(Memory, events), "oom_kill") ?? 0, Number(Read(Memory, peak)), bytes)
            : null;
    }

    /// <summary>The processes in it now.</summary>
    public IReadOnlyList<int> Processes() =>
        [
            .. Folders
                .SelectMany(folder => Read(folder, "cgroup.procs")?.Split('\n') ?? [])
                .Select(line =>
                    int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0
                )
                .Where(pid => pid > 0)
                .Distinct(),
        ];

    /// <summary>Removes the group once its processes have ended.</summary>
    /// <returns>False when some have not: it can be removed later.</returns>
    public async Task<bool> RemoveAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        // A process that was killed leaves its group a moment later.
        for (var waited = TimeSpan.Zero; !TryRemove(); waited += _pause)
        {
            if (waited >= limit)
            {
                return false;
            }

            await Task.Delay(_pause, cancellationToken);
        }

        return true;
    }

    /// <summary>Removes it unless it has processes.</summary>
    /// <returns>Whether it is gone.</returns>
    public bool TryRemove()
    {
        try
        {
            foreach (var folder in Folders)
            {
                if (Directory.Exists(folder))
                {
                    Directory.Delete(folder);
                }
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Folders.All(folder => !Directory.Exists(folder));
        }
    }

    private static void Write(string folder, string file, object value) =>
        File.WriteAllText(Path.Combine(folder, file), string.Create(CultureInfo.InvariantCulture, $"{value}"));

    private static void WriteIfThere(string folder, string file, object value)
    {
        if (File.Exists(Path.Combine(folder, file)))
        {
            Write(folder, file, value);
        }
    }

    private static string? Read(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? Number(string? text) =>
        long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Counter(string? lines, string name) =>
        lines
            ?.Split('\n')
            .Select(line =>
                line.Split(' ') is [var key, var value] && string.Equals(key, name, StringComparison.Ordinal)
                    ? Number(value)
                    : null
            )
            .FirstOrDefault(count => count is not null);
}
