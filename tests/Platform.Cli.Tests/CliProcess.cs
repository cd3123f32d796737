using System.Diagnostics;
using Platform.Cli.Platforms;

namespace Platform.Cli.Tests;

/// <summary>The built program, for what is the same in a whole process: its folder, its signals.</summary>
internal static class CliProcess
{
    /// <summary>Starts it with its output redirected; it sees no contexts.</summary>
    public static Process Start(string folder, IEnumerable<string> arguments)
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
        return Process.Start(start)!;
    }

    public static async Task<CommandResult> RunAsync(string folder, IEnumerable<string> arguments)
    {
        using var process = Start(folder, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandResult(process.ExitCode, await output, await error);
    }
}
