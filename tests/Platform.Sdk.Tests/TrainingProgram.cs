using System.Diagnostics;

namespace Platform.Sdk.Tests;

/// <summary>Platform.Sdk.Program, which tracks in a process of its own.</summary>
internal static class TrainingProgram
{
    public static Process Start(
        string[] arguments,
        string folder,
        Uri platform,
        string spool,
        IReadOnlyDictionary<string, string>? environment = null
    ) =>
        Script.Start(
            "dotnet",
            [
                Path.Combine(
                    AppContext.BaseDirectory,
                    "..",
                    "..",
                    "Platform.Sdk.Program",
                    "release",
                    "Platform.Sdk.Program.dll"
                ),
                .. arguments,
            ],
            folder,
            new Dictionary<string, string>(environment ?? new Dictionary<string, string>(), StringComparer.Ordinal)
            {
                ["PLATFORM_URL"] = platform.AbsoluteUri,
                ["PLATFORM_SPOOL_DIR"] = spool,
                ["DOTNET_DbgEnableMiniDump"] = "0",
            }
        );

    /// <summary>Waits for its end.</summary>
    public static async Task<(string Output, string Error, int ExitCode)> EndAsync(Process process)
    {
        process.StandardInput.Close();
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (texts[0], texts[1], process.ExitCode);
    }
}
