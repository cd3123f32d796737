using System.Globalization;
using System.Runtime.InteropServices;

namespace Platform.Testing.Clusters;

/// <summary>Real processes, seen from outside.</summary>
public static partial class Processes
{
    private const int SigInt = 2;
    private const int SigQuit = 3;
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    public static void Kill(int pid) => Signal(pid, SigKill);

    /// <summary>Kills it unless it has already ended.</summary>
    public static void TryKill(int pid) => _ = SendSignal(pid, SigKill);

    /// <summary>PostgreSQL's fast shutdown: it ends the sessions of its clients.</summary>
    public static void Interrupt(int pid) => Signal(pid, SigInt);

    /// <summary>PostgreSQL's immediate shutdown, without a checkpoint.</summary>
    public static void Quit(int pid) => Signal(pid, SigQuit);

    public static void Terminate(int pid) => Signal(pid, SigTerm);

    /// <summary>Suspends it until <see cref="Thaw"/>.</summary>
    public static void Freeze(int pid) => Signal(pid, SigStop);

    public static void Thaw(int pid) => Signal(pid, SigCont);

    /// <summary>Its peak memory.</summary>
    public static int PeakMemoryMiB(int pid) =>
        int.Parse(
            File.ReadLines($"/proc/{pid}/status")
                .Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        ) / 1024;

    public static bool IsAlive(int pid) =>
        RunningProcesses.Read(pid, "stat") is { Length: > 0 } stat && !stat.Contains(") Z ", StringComparison.Ordinal);

    /// <summary>Waits until it has ended, by default as long as <see cref="WaitFor"/> does.</summary>
    public static Task WaitForEndAsync(int pid, string name, TimeSpan? within = null) =>
        WaitFor.ConditionAsync($"{name} to end", () => Task.FromResult(!IsAlive(pid)), within);

    /// <summary>Processes whose environment holds a marker, such as <c>PLATFORM_JOB_ID=…</c>.</summary>
    public static IReadOnlyList<int> WithEnvironment(string marker) => RunningProcesses.With("environ", marker);

    private static void Signal(int pid, int signal) => Assert.Equal(0, SendSignal(pid, signal));

    /// <summary>One of its environment's variables.</summary>
    public static string Variable(int pid, string name) =>
        RunningProcesses
            .Read(pid, "environ")
            .Split('\0')
            .Single(entry => entry.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];

    /// <summary>The variables that configure a service (<c>Section__Key</c>).</summary>
    public static IReadOnlyDictionary<string, string> Settings(int pid) =>
        RunningProcesses
            .Read(pid, "environ")
            .Split('\0')
            .Select(entry => entry.Split('=', 2))
            .Where(entry => entry.Length == 2 && entry[0].Contains("__", StringComparison.Ordinal))
            .ToDictionary(entry => entry[0], entry => entry[1], StringComparer.Ordinal);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);
}
