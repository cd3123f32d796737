using System.Diagnostics;
using System.Globalization;

namespace Platform.Bench;

/// <summary>The processor time of programs, each with all processes below it and their children that have ended.</summary>
internal static class ProcessorTimes
{
    private const double TicksPerSecond = 100;

    /// <summary>Reads <c>/proc</c> (man 5 proc_pid_stat).</summary>
    /// <returns>Seconds since each program started, by its name.</returns>
    public static IReadOnlyDictionary<string, double> Of(IReadOnlyList<ClusterProgram> programs)
    {
        var names = programs.ToDictionary(program => program.Pid, program => program.Name);
        var all = Directory
            .EnumerateDirectories("/proc")
            .Select(folder =>
                int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) ? pid : 0
            )
            .Where(pid => pid > 0)
            .Select(ReadStat)
            .OfType<(int Pid, int Parent, long Ticks)>()
            .ToDictionary(process => process.Pid);
        return all
            .Values.Select(process => (Program: ProgramOf(process.Pid), process.Ticks))
            .Where(process => process.Program is not null)
            .GroupBy(process => process.Program!, process => process.Ticks, StringComparer.Ordinal)
            .ToDictionary(program => program.Key, program => program.Sum() / TicksPerSecond, StringComparer.Ordinal);

        string? ProgramOf(int pid) =>
            names.TryGetValue(pid, out var name) ? name
            : all.TryGetValue(pid, out var process) && process.Parent > 1 ? ProgramOf(process.Parent)
            : null;
    }

    /// <summary>Waits, and tells how much of one processor programs took meanwhile.</summary>
    public static async Task<double> ShareAsync(
        IReadOnlyList<ClusterProgram> programs,
        TimeSpan time,
        CancellationToken cancellationToken
    )
    {
        var (watch, begin) = (Stopwatch.StartNew(), Of(programs).Values.Sum());
        await Task.Delay(time, cancellationToken);
        return (Of(programs).Values.Sum() - begin) / watch.Elapsed.TotalSeconds;
    }

    private static (int Pid, int Parent, long Ticks)? ReadStat(int pid)
    {
        try
        {
            var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ');
            return (
                pid,
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                // Also that of children that have ended: backends of the database come and go.
                fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture))
            );
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }
}
