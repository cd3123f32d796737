using System.Globalization;

namespace Platform.GpuAgent.Linux;

/// <summary>What the control group of this process allows, for both versions of control groups.</summary>
internal static class ControlGroup
{
    private const string Mount = "/sys/fs/cgroup";

    /// <summary>Bytes; null for no limit.</summary>
    public static long? MemoryLimit() =>
        Smallest(Files("", "memory.max").Concat(Files("memory", "memory.limit_in_bytes")).Select(ReadNumber));

    /// <summary>CPUs, as quota over period; null for no limit.</summary>
    public static double? CpuLimit()
    {
        var v2 = Files("", "cpu.max").Select(file => Quota(ReadText(file)?.Split(' ')));
        var v1 = Files("cpu", "cpu.cfs_quota_us")
            .Select(file =>
                Quota([ReadText(file) ?? "", ReadText(file.Replace("quota", "period", StringComparison.Ordinal)) ?? ""])
            );
        return v2.Concat(v1).Min();
    }

    /// <summary>
    /// The kernel's out-of-memory kills: in this group, or on the whole machine where groups do not count them.
    /// </summary>
    public static long OutOfMemoryKills()
    {
        var counted = Files("", "memory.events").Concat(Files("memory", "memory.oom_control")).Take(1);
        return counted
                .Append("/proc/vmstat")
                .Select(file => ReadCounter(file, "oom_kill"))
                .FirstOrDefault(n => n is not null)
            ?? 0;
    }

    private static double? Quota(string[]? parts) =>
        parts is [var quota, var period]
        && double.TryParse(quota, CultureInfo.InvariantCulture, out var allowed)
        && double.TryParse(period, CultureInfo.InvariantCulture, out var of)
        && allowed > 0
        && of > 0
            ? allowed / of
            : null;

    // "No limit" is a word in version 2 and a number near the end of its range in version 1.
    private static long? Smallest(IEnumerable<long?> limits) => limits.Where(limit => limit < long.MaxValue / 4).Min();

    /// <summary>
    /// A file in this process's group and in those above it, nearest first; empty where the controller is not used.
    /// </summary>
    private static IEnumerable<string> Files(string controller, string file)
    {
        if (PathOf(controller) is not { } path)
        {
            yield break;
        }

        var root = Path.Combine(Mount, controller);
        for (var folder = path; ; folder = Path.GetDirectoryName(folder) ?? "/")
        {
            var candidate = Path.Combine(root, folder.TrimStart('/'), file);
            if (File.Exists(candidate))
            {
                yield return candidate;
            }

            if (folder is "/")
            {
                yield break;
            }
        }
    }

    private static string? PathOf(string controller)
    {
        foreach (var line in ReadText("/proc/self/cgroup")?.Split('\n') ?? [])
        {
            var parts = line.Split(':', 3);
            if (parts.Length == 3 && Array.IndexOf(parts[1].Split(','), controller) >= 0)
            {
                return parts[2];
            }
        }

        return null;
    }

    private static long? ReadNumber(string file) =>
        long.TryParse(ReadText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? ReadCounter(string file, string name)
    {
        foreach (var line in ReadText(file)?.Split('\n') ?? [])
        {
            if (
                line.Split(' ') is [var key, var value]
                && string.Equals(key, name, StringComparison.Ordinal)
                && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            )
            {
                return count;
            }
        }

        return null;
    }

    private static string? ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
