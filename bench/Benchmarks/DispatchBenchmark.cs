using System.Diagnostics;
using System.Text.Json;
using Platform.LocalServers;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// The time from a submission to the running process, and the throughput of no-op jobs, compared with Celery, whose
/// worker starts the same process. Both use the machine's clock: the process prints when it started. The platform is
/// measured after a warm-up, since code is compiled when it first runs.
/// </summary>
internal static class DispatchBenchmark
{
    private const int WarmUp = 150;

    /// <summary>After one burst, a fifth of the processor time still goes to the compiler.</summary>
    private const int WarmUpBursts = 3;
    private const int Single = 100;
    private const int Burst = 300;
    private const int Submitters = 16;

    private static readonly string[] _noop = ["/bin/date", "+%s%N"];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var cluster = await bench.ClusterAsync();
        var (own, budget) = await MeasureAsync(cluster, bench.Cancelled);
        var broker = await cluster.BrokerAsync(bench.Cancelled);
        var rabbit = await CeleryAsync(bench, broker.Address.Replace("amqp://", "pyamqp://", StringComparison.Ordinal));
        var redis = await WithRedisAsync(bench, address => CeleryAsync(bench, address));
        return
        [
            new("submit to running p50", own.Starts.Median(), "ms", rabbit.Starts.Median(), "Celery + RabbitMQ"),
            new(
                "submit to running p99",
                own.Starts.Percentile(0.99),
                "ms",
                rabbit.Starts.Percentile(0.99),
                "Celery + RabbitMQ"
            ),
            new("submit to running p50, Redis", own.Starts.Median(), "ms", redis.Starts.Median(), "Celery + Redis"),
            new(
                "submit to running p99, Redis",
                own.Starts.Percentile(0.99),
                "ms",
                redis.Starts.Percentile(0.99),
                "Celery + Redis"
            ),
            new("no-op jobs accepted per second", own.Accepted, "jobs/s", rabbit.Accepted, "Celery + RabbitMQ"),
            new("no-op jobs finished per second", own.Finished, "jobs/s", rabbit.Finished, "Celery + RabbitMQ"),
            new("no-op jobs finished per second, Redis", own.Finished, "jobs/s", redis.Finished, "Celery + Redis"),
            new("no-op jobs lost", own.Lost, "jobs", null),
            .. budget
                .OrderByDescending(program => program.Value)
                .Select(program => new Figure(
                    $"processor time of {program.Key} per no-op job",
                    program.Value * 1000,
                    "ms",
                    null
                )),
            new("processor time per no-op job", budget.Values.Sum() * 1000, "ms", null),
        ];
    }

    /// <returns>With the processor seconds that each program takes for a no-op job of the burst.</returns>
    private static async Task<(DispatchTimes Times, IReadOnlyDictionary<string, double> Budget)> MeasureAsync(
        Cluster cluster,
        CancellationToken cancellationToken
    )
    {
        var starts = new List<double>();
        for (var i = 0; i < WarmUp + Single; i++)
        {
            var submitted = WallClock.Now;
            var job = await cluster.SubmitAsync(_noop, cancellationToken);
            var printed = await cluster.OutputOfAsync(job, cancellationToken);
            if (i >= WarmUp)
            {
                starts.Add(WallClock.Parse(printed.Trim()) - submitted);
            }
        }

        for (var i = 0; i < WarmUpBursts; i++)
        {
            _ = await BurstAsync(cluster, WarmUp, cancellationToken);
        }

        var programs = await cluster.ProgramsAsync(cancellationToken);
        var before = ProcessorTimes.Of(programs);
        var (accepted, finished, lost) = await BurstAsync(cluster, Burst, cancellationToken);
        var budget = ProcessorTimes
            .Of(programs)
            .ToDictionary(
                program => program.Key,
                program => (program.Value - before.GetValueOrDefault(program.Key)) / Burst,
                StringComparer.Ordinal
            );
        return (new DispatchTimes(starts, accepted, finished, lost), budget);
    }

    internal static async Task<(double Accepted, double Finished, int Lost)> BurstAsync(
        Cluster cluster,
        int count,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        var jobs = new Guid[count];
        var next = -1;
        await Task.WhenAll(
            Enumerable
                .Range(0, Submitters)
                .Select(async _ =>
                {
                    for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                    {
                        jobs[i] = await cluster.SubmitAsync(_noop, cancellationToken);
                    }
                })
        );
        var accepted = count / watch.Elapsed.TotalSeconds;
        var unfinished = await WaitAsync(cluster, jobs, cancellationToken);
        return (accepted, (count - unfinished) / watch.Elapsed.TotalSeconds, unfinished);
    }

    /// <returns>How many did not succeed.</returns>
    private static async Task<int> WaitAsync(
        Cluster cluster,
        IReadOnlyList<Guid> jobs,
        CancellationToken cancellationToken
    )
    {
        var left = jobs.ToHashSet();
        var watch = Stopwatch.StartNew();
        while (left.Count > 0 && watch.Elapsed < TimeSpan.FromMinutes(5))
        {
            // Oldest first: later jobs hardly end before it.
            var job = left.Min();
            using var response = await cluster.Http.GetAsync(
                new Uri($"/api/jobs/{job}", UriKind.Relative),
                cancellationToken
            );
            var status = (await Cluster.ReadAsync(response, cancellationToken)).GetProperty("status").GetString();
            if (status is "succeeded")
            {
                left.Remove(job);
            }
            else if (status is "failed" or "cancelled")
            {
                return left.Count;
            }
            else
            {
                await Task.Delay(20, cancellationToken);
            }
        }

        return left.Count;
    }

    private static async Task<DispatchTimes> CeleryAsync(Bench bench, string broker)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Celery", "celery_baseline.py");
        var results = Directory.CreateTempSubdirectory("platform-celery-").FullName;
        try
        {
            var text = await Programs.RunAsync(
                ["/usr/bin/python3", script, broker, results, $"{WarmUp}", $"{Single}", $"{Burst}"],
                bench.Cancelled
            );
            return JsonSerializer.Deserialize(text, BenchJson.Default.DispatchTimes)!;
        }
        finally
        {
            Directory.Delete(results, recursive: true);
        }
    }

    private static async Task<T> WithRedisAsync<T>(Bench bench, Func<string, Task<T>> measure)
    {
        var port = Ports.Free();
        var folder = Directory.CreateDirectory(Path.Combine(bench.Folder, "redis")).FullName;
        using var redis = Programs.Start([
            "redis-server",
            "--port",
            $"{port}",
            "--bind",
            "127.0.0.1",
            "--dir",
            folder,
            "--save",
            "",
            "--loglevel",
            "warning",
        ]);
        try
        {
            while (Ports.IsFree(port))
            {
                if (redis.HasExited)
                {
                    throw new BenchException($"redis-server ended with code {redis.ExitCode} while it started.");
                }

                await Task.Delay(20, bench.Cancelled);
            }

            return await measure($"redis://127.0.0.1:{port}/0");
        }
        finally
        {
            redis.Kill();
            await redis.WaitForExitAsync(CancellationToken.None);
        }
    }
}
