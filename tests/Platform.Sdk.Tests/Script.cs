using System.Diagnostics;

namespace Platform.Sdk.Tests;

/// <summary>Runs a training as a separate process.</summary>
internal static class Script
{
    public static Process Start(
        string program,
        IEnumerable<string> arguments,
        string folder,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (
            var name in start.Environment.Keys.Where(k => k.StartsWith("PLATFORM_", StringComparison.Ordinal)).ToList()
        )
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs to the end.</summary>
    /// <returns>Its output; the test fails when it failed.</returns>
    public static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string folder,
        IReadOnlyDictionary<string, string> environment
    )
    {
        using var process = Start(program, arguments, folder, environment);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await output}\n{errors}");
        return await output;
    }
}
