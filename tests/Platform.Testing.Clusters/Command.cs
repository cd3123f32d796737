using System.Diagnostics;

namespace Platform.Testing.Clusters;

/// <summary>Runs <c>./platform</c> as a user would, on the existing build.</summary>
public static class Command
{
    /// <summary>Runs it to its end.</summary>
    public static Task<CommandResult> RunAsync(TimeSpan within, params string[] arguments) =>
        RunAsync(within, settings: [], arguments);

    /// <summary>Runs it and expects success.</summary>
    /// <returns>Its standard output.</returns>
    public static Task<string> SucceedAsync(TimeSpan within, params string[] arguments) =>
        SucceedAsync(within, settings: [], arguments);

    /// <inheritdoc cref="SucceedAsync(TimeSpan, string[])" />
    /// <param name="within">The time limit.</param>
    /// <param name="settings">Environment variables for it.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static async Task<string> SucceedAsync(
        TimeSpan within,
        IReadOnlyList<(string Name, string Value)> settings,
        params string[] arguments
    )
    {
        var (exitCode, output, errors) = await RunAsync(within, settings, arguments);
        Assert.True(exitCode == 0, $"platform {string.Join(' ', arguments)} ended with {exitCode}:\n{output}{errors}");
        return output;
    }

    /// <inheritdoc cref="RunAsync(TimeSpan, string[])" />
    /// <param name="within">The time limit.</param>
    /// <param name="settings">Environment variables for it.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static async Task<CommandResult> RunAsync(
        TimeSpan within,
        IReadOnlyList<(string Name, string Value)> settings,
        string[] arguments
    )
    {
        // In its own session, so that Ctrl-C in a terminal does not reach it.
        var start = new ProcessStartInfo("setsid", ["--wait", Repository.PathOf("platform"), .. arguments])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PLATFORM_NO_BUILD"] = "1";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

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

        return new CommandResult(process.ExitCode, await output, await errors);
    }
}

/// <summary>How a command ended and what it printed.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors);
