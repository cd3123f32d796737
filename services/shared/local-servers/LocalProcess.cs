using System.Diagnostics;
using System.Globalization;

namespace Platform.LocalServers;

/// <summary>
/// A process that outlives the one that started it, known by its id and the moment it started, so that a recycled id is
/// never taken for it.
/// </summary>
/// <param name="Id">The process id.</param>
/// <param name="StartedAt">On Linux clock ticks since the machine's start, elsewhere ticks of its start time.</param>
public sealed record LocalProcess(int Id, long StartedAt)
{
    /// <summary>
    /// Starts a program in a session of its own: no terminal, no Ctrl-C from ours, its output appended to a file.
    /// </summary>
    /// <param name="environment">Added to ours; a null value removes a variable.</param>
    /// <exception cref="LocalServerException">It cannot be started.</exception>
    public static LocalProcess Start(
        IReadOnlyList<string> command,
        string workingFolder,
        string logFile,
        IReadOnlyDictionary<string, string?>? environment = null
    )
    {
        ArgumentNullException.ThrowIfNull(command);
        // Each step replaces itself by the next (exec), so that the process started here is the program in the end.
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = workingFolder };
        string[] arguments =
        [
            "sh",
            "-c",
            """log=$1; shift; exec "$@" >>"$log" 2>&1 </dev/null""",
            "sh",
            logFile,
            .. command,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            return new LocalProcess(process.Id, StartOf(process.Id) ?? 0);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new LocalServerException($"'{command[0]}' cannot be started: {exception.Message}", exception);
        }
    }

    /// <summary>The process that has this id now; null when there is none.</summary>
    public static LocalProcess? Find(int id) => StartOf(id) is { } startedAt ? new LocalProcess(id, startedAt) : null;

    /// <summary>Whether it runs; a zombie does not.</summary>
    public bool IsRunning => StartOf(Id) == StartedAt;

    /// <summary>Asks it to stop (SIGTERM), and kills it (SIGKILL) when it has not by then.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan grace, CancellationToken cancellationToken = default)
    {
        if (IsRunning)
        {
            _ = Unix.Signal(Id, Unix.Terminate);
        }

        if (await HasEndedAsync(grace, cancellationToken))
        {
            return true;
        }

        _ = Unix.Signal(Id, Unix.Kill);
        await HasEndedAsync(TimeSpan.FromSeconds(10), cancellationToken);
        return false;
    }

    private async Task<bool> HasEndedAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (IsRunning)
        {
            if (watch.Elapsed > within)
            {
                return false;
            }

            await Task.Delay(25, cancellationToken);
        }

        return true;
    }

    private static long? StartOf(int id)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(id);
                return process.StartTime.Ticks;
            }

            // pid (name) state ppid … start: the name may hold anything, so fields count from its last bracket.
            var stat = File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception exception)
            when (exception
                    is IOException
                        or UnauthorizedAccessException
                        or ArgumentException
                        or InvalidOperationException
            )
        {
            return null;
        }
    }
}
