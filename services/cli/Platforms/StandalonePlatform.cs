using System.Diagnostics;
using System.Globalization;
using Platform.LocalServers;

namespace Platform.Cli.Platforms;

/// <summary>Starts and stops the platform as one process.</summary>
internal static class StandalonePlatform
{
    private const string Project = "Platform.Standalone";

    /// <summary>The limit for the first start, which includes fetching and creating a database.</summary>
    private static readonly TimeSpan _startLimit = TimeSpan.FromMinutes(5);

    /// <summary>How long trainings and services get to end.</summary>
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(90);

    public static string LogFile(DataFolder data) => data.PathOf("logs", "platform.log");

    /// <summary>The command that runs it in the foreground.</summary>
    public static IReadOnlyList<string> CommandFor(DataFolder data, int? port, string? urls) =>
        BuiltPrograms.CommandFor(
            Project,
            [
                $"--data={data.Root}",
                .. port is null ? (string[])[] : [$"--port={port.Value.ToString(CultureInfo.InvariantCulture)}"],
                .. urls is null ? (string[])[] : [$"--urls={urls}"],
            ]
        );

    /// <summary>Starts it in its own session and returns when it is ready.</summary>
    /// <param name="report">Told what the platform waits for.</param>
    public static async Task<RunningPlatform> StartAsync(
        DataFolder data,
        int? port,
        string? urls,
        Action<string> report,
        CancellationToken cancellationToken
    )
    {
        var log = LogFile(data);
        data.Folder("logs");
        var logged = File.Exists(log) ? new FileInfo(log).Length : 0;
        var process = LocalProcess.Start([.. CommandFor(data, port, urls), "--LogFile="], data.Root, log);
        var watch = Stopwatch.StartNew();
        var told = 0;
        try
        {
            while (process.IsRunning && watch.Elapsed < _startLimit)
            {
                if (RunningPlatform.Find(data.Root) is { } running && running.Process() == process)
                {
                    return running;
                }

                var waits = Added(log, logged).SkipLast(1).Select(LogTail.WordsOf).OfType<string>().ToList();
                waits
                    .Skip(told)
                    .Where(words => words.StartsWith("waiting ", StringComparison.Ordinal))
                    .ToList()
                    .ForEach(report);
                told = waits.Count;
                await Task.Delay(100, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            await process.StopAsync(_stopLimit, CancellationToken.None);
            throw;
        }

        var ended = !process.IsRunning;
        await process.StopAsync(_stopLimit, cancellationToken);
        var lines = Added(log, logged);
        var message =
            (ended ? null : lines.Select(LogTail.WordsOf).OfType<string>().LastOrDefault())
            ?? LogTail.LastMessage(lines);
        throw new CliException(
            $"The platform {(ended ? "ended while it started" : "did not become ready")}:{(message.Contains('\n', StringComparison.Ordinal) ? "\n" : " ")}{message} (log: {log})"
        );
    }

    /// <summary>Stops it and everything it started.</summary>
    /// <returns>False when it had to be killed.</returns>
    public static Task<bool> StopAsync(RunningPlatform running, CancellationToken cancellationToken) =>
        running.Process().StopAsync(_stopLimit, cancellationToken);

    private static string[] Added(string log, long from)
    {
        if (!File.Exists(log))
        {
            return []; // not opened yet
        }

        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // A log that was rotated meanwhile is shorter.
        file.Position = Math.Min(from, file.Length);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n');
    }
}
