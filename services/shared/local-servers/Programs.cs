using System.Diagnostics;

namespace Platform.LocalServers;

/// <summary>What a program that ran to its end said.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Standard output and error, in that order.</param>
internal sealed record ProgramResult(int ExitCode, string Output);

/// <summary>Runs programs to their end.</summary>
internal static class Programs
{
    /// <summary>Runs a program with nothing on its standard input.</summary>
    /// <exception cref="LocalServerException">It cannot be started.</exception>
    public static async Task<ProgramResult> RunAsync(
        IReadOnlyList<string> command,
        string workingFolder,
        CancellationToken cancellationToken
    )
    {
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = workingFolder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        // Programs are read by us, not by people: English messages and plain numbers.
        start.Environment["LC_ALL"] = "C";
        using var process = Start(start);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new ProgramResult(process.ExitCode, (await output + await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Finds a program on <c>PATH</c>.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new LocalServerException($"'{start.FileName}' cannot be started: {exception.Message}", exception);
        }
    }
}
