using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// What waiting jobs cost: half can never fit, half wait for processors that one long job holds. Processor time of all
/// programs of a cluster of its own while nothing happens, submissions beside those of the empty queue, jobs that fit, memory,
/// and the time to stop it.
/// </summary>
internal static class QueueBenchmark
{
    private const int Submitters = 8;
    private const int Submissions = 400;
    private const int Fitting = 30;
    private const string Limit = "limit";

    private static readonly string[] _noop = ["/bin/date", "+%s%N"];
    private static readonly TimeSpan _idle = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var count = int.Parse(
            Environment.GetEnvironmentVariable("PLATFORM_BENCH_QUEUE") ?? "20000",
            CultureInfo.InvariantCulture
        );
        await using var cluster = await Cluster.StartAsync(Path.Combine(bench.Folder, "queue-data"), bench.Cancelled);
        // All but half a processor of each node is held, so that others of this size wait and small ones fit.
        var cpus = Environment.ProcessorCount - 0.5;
        for (var nodes = await NodesAsync(cluster, bench.Cancelled); nodes > 0; nodes--)
        {
            await SubmitAsync(cluster, ["sleep", "100000"], bench.Cancelled, cpus: cpus, priority: 100);
        }

        _ = await StartsAsync(cluster, bench.Cancelled);
        await Task.Delay(_idle, bench.Cancelled);
        var idle = await IdleShareAsync(cluster, bench.Cancelled);
        var before = ResidentMiB(await cluster.ProgramsAsync(bench.Cancelled));
        var empty = await FillAsync(cluster, Submissions, cpus, bench.Cancelled);
        _ = await FillAsync(cluster, count - (2 * Submissions), cpus, bench.Cancelled);
        var full = await FillAsync(cluster, Submissions, cpus, bench.Cancelled);
        await WaitUntilQueuedAsync(cluster, count, bench.Cancelled);
        var after = ResidentMiB(await cluster.ProgramsAsync(bench.Cancelled));
        // What is told of the last ones takes its time.
        await Task.Delay(_idle, bench.Cancelled);
        var share = await IdleShareAsync(cluster, bench.Cancelled);
        var starts = await StartsAsync(cluster, bench.Cancelled);
        var stopped = Stopwatch.StartNew();
        await cluster.DownAsync();
        return
        [
            new("processor time of the cluster with an empty queue", idle * 100, "% of a core", null),
            new($"processor time of {count} waiting jobs besides", (share - idle) * 100, "% of a core", 5, Limit),
            new("submissions per second", full, "jobs/s", empty, "empty queue"),
            new("start of a job that fits p50", starts.Median(), "ms", 100, Limit),
            new("start of a job that fits p99", starts.Percentile(0.99), "ms", null),
            new("memory of a waiting job", Math.Max(0, after - before) * 1024 / count, "KiB", 5, Limit),
            new("stopping the cluster", stopped.Elapsed.TotalSeconds, "s", 5, Limit),
        ];
    }

    /// <returns>Submissions per second.</returns>
    private static async Task<double> FillAsync(
        Cluster cluster,
        int count,
        double cpus,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        var next = -1;
        await Task.WhenAll(
            Enumerable
                .Range(0, Submitters)
                .Select(async _ =>
                {
                    for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                    {
                        await (
                            i % 2 == 0
                                ? SubmitAsync(cluster, _noop, cancellationToken, gpus: 512)
                                : SubmitAsync(cluster, _noop, cancellationToken, cpus: cpus)
                        );
                    }
                })
        );
        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task WaitUntilQueuedAsync(Cluster cluster, int count, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var queued = await CountAsync(cluster, "/api/jobs?status=queued&limit=1", cancellationToken);
            if (queued >= count)
            {
                return;
            }

            if (watch.Elapsed > TimeSpan.FromMinutes(10))
            {
                throw new BenchException($"Only {queued} of {count} jobs are queued after ten minutes.");
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    private static async Task<int> NodesAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        using var response = await cluster.Http.GetAsync(new Uri("/api/nodes", UriKind.Relative), cancellationToken);
        return (await Cluster.ReadAsync(response, cancellationToken)).GetProperty("items").GetArrayLength();
    }

    private static async Task<int> CountAsync(Cluster cluster, string list, CancellationToken cancellationToken)
    {
        using var response = await cluster.Http.GetAsync(new Uri(list, UriKind.Relative), cancellationToken);
        return (await Cluster.ReadAsync(response, cancellationToken)).GetProperty("total").GetInt32();
    }

    /// <summary>Milliseconds from the submission of small urgent jobs to their start.</summary>
    private static async Task<List<double>> StartsAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var starts = new List<double>();
        for (var i = 0; i < Fitting; i++)
        {
            var submitted = WallClock.Now;
            var job = await SubmitAsync(cluster, _noop, cancellationToken, priority: 100);
            starts.Add(WallClock.Parse((await cluster.OutputOfAsync(job, cancellationToken)).Trim()) - submitted);
        }

        return starts;
    }

    /// <summary>The processor time of all programs of the cluster, over the time that passes.</summary>
    private static async Task<double> IdleShareAsync(Cluster cluster, CancellationToken cancellationToken) =>
        await ProcessorTimes.ShareAsync(await cluster.ProgramsAsync(cancellationToken), _idle, cancellationToken);

    /// <summary>The memory of the services; those of database and broker depend on their settings.</summary>
    private static double ResidentMiB(IReadOnlyList<ClusterProgram> programs) =>
        programs
            .Where(program => program.Name is not ("postgres" or "rabbitmq"))
            .Sum(program => StartBenchmark.ResidentMiB(program.Pid));

    private static async Task<Guid> SubmitAsync(
        Cluster cluster,
        IReadOnlyList<string> command,
        CancellationToken cancellationToken,
        double cpus = 0.25,
        int gpus = 0,
        int priority = 50
    )
    {
        using var response = await cluster.Http.PostAsJsonAsync(
            "/api/jobs",
            new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["name"] = "bench",
                ["command"] = command,
                ["priority"] = priority,
                ["resources"] = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    ["gpus"] = gpus,
                    ["cpus"] = cpus,
                    ["memoryMiB"] = 16,
                },
            },
            cancellationToken
        );
        return (await Cluster.ReadAsync(response, cancellationToken)).GetProperty("id").GetGuid();
    }
}
