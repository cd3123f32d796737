using System.Diagnostics;

namespace Platform.Stack.Tests;

/// <summary>Runs programs of this machine.</summary>
internal static class ExternalProgram
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program to its end and expects success.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="settings">Environment variables for it.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <returns>Its output.</returns>
    public static async Task<string> RunAsync(
        string folder,
        IReadOnlyList<(string Name, string Value)> settings,
        IReadOnlyList<string> command
    )
    {
        var (exitCode, output, errors) = await EndAsync(folder, settings, command);
        Assert.True(exitCode == 0, $"{string.Join(' ', command)} ended with {exitCode}:\n{output}{errors}");
        return output;
    }

    /// <summary>Runs a program to its end, however that is.</summary>
    public static async Task<CommandResult> EndAsync(
        string folder,
        IReadOnlyList<(string Name, string Value)> settings,
        IReadOnlyList<string> command
    )
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var late = new CancellationTokenSource(_limit);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{string.Join(' ', command)} did not end within {_limit.TotalMinutes} minutes.");
        }

        return new CommandResult(process.ExitCode, await output, await errors);
    }
}
