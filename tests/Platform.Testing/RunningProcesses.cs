using System.Globalization;

namespace Platform.Testing;

/// <summary>What Linux tells of processes under <c>/proc</c>.</summary>
public static class RunningProcesses
{
    /// <summary>The processes with a text in one of their files: <c>environ</c> or <c>cmdline</c>, which are empty once a process has ended.</summary>
    /// <returns>Their ids.</returns>
    public static List<int> With(string file, string text) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(folder => Path.GetFileName(folder))
                .Where(name => name.All(char.IsAsciiDigit))
                .Select(name => int.Parse(name, CultureInfo.InvariantCulture))
                .Where(pid => Read(pid, file).Contains(text, StringComparison.Ordinal)),
        ];

    /// <summary>A file of a process; empty when the process is gone or belongs to somebody else.</summary>
    public static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
