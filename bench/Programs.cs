using System.Diagnostics;

namespace Platform.Bench;

/// <summary>Runs other programs.</summary>
internal static class Programs
{
    /// <summary>Runs one to its end.</summary>
    /// <returns>Its output.</returns>
    /// <exception cref="BenchException">It failed.</exception>
    public static async Task<string> RunAsync(
        IReadOnlyList<string> command,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        using var process = Start(command, environment);
        await using var stop = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? output
            : throw new BenchException($"'{string.Join(' ', command)}' failed: {(await error).Trim()}");
    }

    public static Process Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new BenchException($"'{command[0]}' cannot be started: {exception.Message}");
        }
    }
}
