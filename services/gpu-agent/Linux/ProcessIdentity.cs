using System.Globalization;

namespace Platform.GpuAgent.Linux;

/// <summary>
/// Identifies one process for ever: process ids are reused, but not with the same start time in the same boot.
/// </summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTicks">Field 22 of <c>/proc/PID/stat</c>.</param>
/// <param name="BootId">The boot of the machine in which it was started.</param>
internal sealed record ProcessIdentity(int Pid, long StartTicks, string BootId)
{
    private static readonly Lazy<string> _bootId = new(() =>
        File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()
    );

    public static string CurrentBootId => _bootId.Value;

    /// <summary>True when the machine was rebooted since.</summary>
    public bool IsFromEarlierBoot => !string.Equals(BootId, CurrentBootId, StringComparison.Ordinal);

    /// <summary>False for a zombie, and for another process that has the same id now.</summary>
    public bool IsAlive =>
        !IsFromEarlierBoot && ProcessStatus.Read(Pid) is { IsDead: false } now && now.StartTicks == StartTicks;

    /// <summary>Reads what the shim wrote; null if it has not written it yet.</summary>
    public static ProcessIdentity? Read(string path)
    {
        var line = SmallFile.Read(path);
        if (!line.EndsWith('\n'))
        {
            return null;
        }

        var parts = line.Split(' ', StringSplitOptions.TrimEntries);
        return
            parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new ProcessIdentity(pid, ticks, parts[2])
            : null;
    }
}

/// <summary>A line of <c>/proc/PID/stat</c>.</summary>
internal readonly record struct ProcessStatus(int Pid, char State, int Parent, int Group, int Session, long StartTicks)
{
    public bool IsDead => State is 'Z' or 'X';

    /// <summary>Null when there is no such process.</summary>
    public static ProcessStatus? Read(int pid)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{pid}/stat");
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessStatus(
                pid,
                fields[0][0],
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                int.Parse(fields[2], CultureInfo.InvariantCulture),
                int.Parse(fields[3], CultureInfo.InvariantCulture),
                long.Parse(fields[19], CultureInfo.InvariantCulture)
            );
        }
        catch (IOException)
        {
            return null;
        }
    }
}
