using System.Diagnostics;
using System.Globalization;
using Platform.Contracts.Services;
using Platform.LocalServers;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// The start-up time of each service of a cluster, with database and broker running, and its memory use.
/// </summary>
internal static class StartBenchmark
{
    private const int Rounds = 3;
    private const double Ready = 3;
    private const double Memory = 200;

    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var cluster = await bench.ClusterAsync();
        var running = await cluster.ProgramsAsync(bench.Cancelled);
        var figures = new List<Figure>();
        foreach (var program in running.Where(program => program.Name is not ("postgres" or "rabbitmq")))
        {
            var resident = ResidentMiB(program.Pid);
            figures.Add(new Figure($"memory {program.Name}", resident, "MiB", Memory, "target"));
        }

        foreach (var service in ServiceCatalog.Schemas)
        {
            // Jobs that an earlier benchmark left are resumed at each start of their service.
            await WaitUntilQuietAsync(bench.Cancelled);
            var pid = running.Single(program => program.Name == service).Pid;
            var seconds = await StartsAsync(pid, cluster.AddressOf(service), bench.Folder, bench.Cancelled);
            await cluster.UpAsync(bench.Cancelled);
            figures.Insert(0, new Figure($"ready {service}", seconds.Median(), "s", Ready, "target"));
        }

        return figures;
    }

    /// <summary>Waits until the machine has been four fifths idle for a second, for at most two minutes.</summary>
    private static async Task WaitUntilQuietAsync(CancellationToken cancellationToken)
    {
        const double Idle = 0.8;
        var watch = Stopwatch.StartNew();
        var (idle, total) = MachineTimes();
        double share;
        do
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            var (newIdle, newTotal) = MachineTimes();
            share = (newIdle - idle) / (double)Math.Max(1, newTotal - total);
            (idle, total) = (newIdle, newTotal);
        } while (share < Idle && watch.Elapsed < TimeSpan.FromMinutes(2));
    }

    /// <summary>The times of all processors together since the machine started (man 5 proc_stat), in clock ticks.</summary>
    private static (long Idle, long Total) MachineTimes()
    {
        var times = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture))
            .ToArray();
        return (times[3] + times[4], times.Sum());
    }

    /// <summary>Restarts a service several times; at the end it is stopped, for the cluster to start.</summary>
    private static async Task<List<double>> StartsAsync(
        int pid,
        Uri address,
        string folder,
        CancellationToken cancellationToken
    )
    {
        var command = await ReadListAsync($"/proc/{pid}/cmdline", cancellationToken);
        var environment = (await ReadListAsync($"/proc/{pid}/environ", cancellationToken))
            .Select(entry => entry.Split('=', 2))
            .ToDictionary(entry => entry[0], entry => (string?)entry[^1], StringComparer.Ordinal);
        var process = LocalProcess.Find(pid)!;
        var seconds = new List<double>();
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                await process.StopAsync(_stopLimit, cancellationToken);
                var watch = Stopwatch.StartNew();
                process = LocalProcess.Start(command, folder, Path.Combine(folder, "restarted.log"), environment);
                await WaitUntilReadyAsync(address, watch, cancellationToken);
                seconds.Add(watch.Elapsed.TotalSeconds);
            }

            return seconds;
        }
        finally
        {
            // The cluster does not know this process and would not stop it.
            await process.StopAsync(_stopLimit, CancellationToken.None);
        }
    }

    private static async Task WaitUntilReadyAsync(Uri address, Stopwatch watch, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address };
        while (watch.Elapsed < TimeSpan.FromMinutes(1))
        {
            try
            {
                using var response = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(10, cancellationToken);
        }

        throw new BenchException($"{address} is not ready after a minute.");
    }

    private static async Task<string[]> ReadListAsync(string path, CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(path, cancellationToken)).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    internal static double ResidentMiB(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture)
            / 1024;
    }
}
