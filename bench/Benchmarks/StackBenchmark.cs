using System.Globalization;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// Lines of jobs sent by Elasticsearch's protocol from a backlog, with the memory that takes; and what sending logs and traces costs the
/// dispatch of jobs, by turns with a cluster that sends nothing.
/// </summary>
internal static class StackBenchmark
{
    private const int LinesOfJob = 100_000;
    private const double Rate = 50_000;

    /// <summary>What the process may take more than at rest, in MiB.</summary>
    private const double Memory = 300;

    private const int Rounds = 5;
    private const int Jobs = 150;

    /// <summary>Telemetry may cost 5 % of the dispatch.</summary>
    private const double Share = 0.95;

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        await using var sink = await TelemetrySink.StartAsync();
        await using var sending = await Cluster.StartAsync(
            Path.Combine(bench.Folder, "sending"),
            bench.Cancelled,
            Settings(bench, sink)
        );
        var shipping = await ShipAsync(sending, sink, bench.Cancelled);
        await using var silent = await Cluster.StartAsync(Path.Combine(bench.Folder, "silent"), bench.Cancelled);
        return [.. shipping, .. await DispatchAsync(sending, silent, bench.Cancelled)];
    }

    private static Dictionary<string, string> Settings(Bench bench, TelemetrySink sink) =>
        new(StringComparer.Ordinal)
        {
            ["Elasticsearch__Url"] = sink.Address.AbsoluteUri,
            ["Elasticsearch__SpoolFolder"] = Directory.CreateDirectory(Path.Combine(bench.Folder, "spool")).FullName,
            ["Elasticsearch__LongestPause"] = "00:00:01",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = sink.Address.AbsoluteUri,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };

    private static async Task<IReadOnlyList<Figure>> ShipAsync(
        Cluster cluster,
        TelemetrySink sink,
        CancellationToken cancellationToken
    )
    {
        var jobs = Math.Max(
            int.Parse(
                Environment.GetEnvironmentVariable("PLATFORM_BENCH_STACK") ?? "1000000",
                CultureInfo.InvariantCulture
            ) / LinesOfJob,
            1
        );
        for (var i = 0; i < jobs; i++)
        {
            var job = await cluster.SubmitAsync(
                ["/usr/bin/seq", "-f", "epoch 7 step %.0f loss 0.418231 grad 0.0917 1013 samples/s", $"{LinesOfJob}"],
                cancellationToken
            );
            await cluster.WaitForSuccessAsync(job, cancellationToken);
        }

        var sender = (await cluster.ProgramsAsync(cancellationToken)).Single(program => program.Name is "jobs");
        var lines = jobs * LinesOfJob;
        var atRest = StartBenchmark.ResidentMiB(sender.Pid);
        var most = atRest;
        sink.Open();
        while (sink.Lines < lines)
        {
            most = Math.Max(most, StartBenchmark.ResidentMiB(sender.Pid));
            await Task.Delay(100, cancellationToken);
        }

        return
        [
            new("log lines per second to Elasticsearch", lines / sink.Span.TotalSeconds, "lines/s", Rate, "limit"),
            new("memory meanwhile, above rest", most - atRest, "MiB", Memory, "limit"),
        ];
    }

    private static async Task<IReadOnlyList<Figure>> DispatchAsync(
        Cluster sending,
        Cluster silent,
        CancellationToken cancellationToken
    )
    {
        var rates = new Dictionary<Cluster, List<double>> { [sending] = [], [silent] = [] };
        for (var round = -2; round < Rounds; round++)
        {
            foreach (var cluster in round % 2 == 0 ? (Cluster[])[sending, silent] : [silent, sending])
            {
                var (_, finished, lost) = await DispatchBenchmark.BurstAsync(cluster, Jobs, cancellationToken);
                if (lost > 0)
                {
                    throw new BenchException($"{lost} of {Jobs} jobs did not succeed.");
                }

                // The first rounds are compiled while they run.
                if (round >= 0)
                {
                    rates[cluster].Add(finished);
                }
            }
        }

        var (with, without) = (rates[sending].Median(), rates[silent].Median());
        return
        [
            new("no-op jobs per second with telemetry", with, "jobs/s", without, "without"),
            new("share of the dispatch that is left", with / without, "", Share, "limit"),
        ];
    }
}
