using System.Diagnostics;

namespace Platform.Testing.Clusters;

/// <summary>Runs <c>./platform</c> as a person would, on what is already built.</summary>
public static class Command
{
    public static async Task<(int ExitCode, string Output)> RunAsync(TimeSpan within, params string[] arguments)
    {
        // In a session of its own: Ctrl-C in a terminal is for whoever runs the command, and not for it.
        var start = new ProcessStartInfo("setsid", ["--wait", Path.Combine(Repository.Root, "platform"), .. arguments])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PLATFORM_NO_BUILD"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"platform {string.Join(' ', arguments)} did not end within {within.TotalSeconds} s.");
        }

        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Runs it and expects success.</summary>
    public static async Task<string> SucceedAsync(TimeSpan within, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(within, arguments);
        Assert.True(exitCode == 0, $"platform {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }
}
