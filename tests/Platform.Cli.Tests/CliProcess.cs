using System.Diagnostics;
using Platform.Cli.Platforms;

namespace Platform.Cli.Tests;

/// <summary>The built program, for what is the same in a whole process: its folder, its signals.</summary>
internal static class CliProcess
{
    /// <summary>Starts it with its output redirected; it sees no contexts.</summary>
    /// <param name="path">Where it finds other programs; as this process does when null.</param>
    public static Process Start(string folder, IEnumerable<string> arguments, string? path = null)
    {
        var start = new ProcessStartInfo(
            BuiltPrograms.DotNet,
            [Path.Combine(BuiltPrograms.FolderOf("Platform.Cli"), "platform.dll"), .. arguments]
        )
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CONFIG_HOME"] = "/nonexistent";
        start.Environment["PATH"] = path ?? Environment.GetEnvironmentVariable("PATH");
        return Process.Start(start)!;
    }

    public static async Task<CommandResult> RunAsync(string folder, IEnumerable<string> arguments, string? path = null)
    {
        using var process = Start(folder, arguments, path);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandResult(process.ExitCode, await output, await error);
    }
}
