using System.Globalization;
using System.Runtime.InteropServices;

namespace Platform.EndToEnd.Tests;

/// <summary>Real processes, seen from outside.</summary>
internal static partial class Processes
{
    private const int SigKill = 9;

    public static void Kill(int pid) => Assert.Equal(0, SendSignal(pid, SigKill));

    public static bool IsAlive(int pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ");

    /// <summary>Processes whose environment holds a marker, such as <c>PLATFORM_JOB_ID=…</c>.</summary>
    public static IReadOnlyList<int> WithEnvironment(string marker) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(Path.GetFileName)
                .Where(name => name!.All(char.IsAsciiDigit))
                .Where(name => Environment(name!).Contains(marker, StringComparison.Ordinal))
                .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)),
        ];

    private static string Environment(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);
}
