using System.Diagnostics;

namespace Platform.Testing;

/// <summary>Programs of the machine that tests call.</summary>
public static class MachinePrograms
{
    /// <summary>Runs one that is to succeed.</summary>
    /// <returns>What it prints.</returns>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Xunit.Assert.True(
            process.ExitCode == 0,
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}"
        );
        return output;
    }
}
