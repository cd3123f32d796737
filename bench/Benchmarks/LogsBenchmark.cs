using System.Diagnostics;

namespace Platform.Bench.Benchmarks;

/// <summary>
/// The time from a printed line to a reader of the event stream, compared with the same program read through a pipe.
/// </summary>
internal static class LogsBenchmark
{
    private const int Lines = 200;
    private const int Flood = 200_000;
    private const string Prefix = "data: ";

    private static readonly string[] _clock =
    [
        "/bin/sh",
        "-c",
        $"i=0; while [ $i -lt {Lines} ]; do date +%s%N; sleep 0.05; i=$((i+1)); done",
    ];

    private static readonly string[] _flood = ["/usr/bin/seq", "-f", "epoch %.0f of a training", $"{Flood}"];

    public static async Task<IReadOnlyList<Figure>> RunAsync(Bench bench)
    {
        var cluster = await bench.ClusterAsync();
        await FollowAsync(cluster, _clock, bench.Cancelled);
        var delays = Delays(await FollowAsync(cluster, _clock, bench.Cancelled));
        var piped = Delays(await PipeAsync(_clock, bench.Cancelled));
        var rate = Rate(await FollowAsync(cluster, _flood, bench.Cancelled));
        var pipedRate = Rate(await PipeAsync(_flood, bench.Cancelled));
        return
        [
            new("line to reader p50", delays.Median(), "ms", piped.Median(), "pipe"),
            new("line to reader p95", delays.Percentile(0.95), "ms", piped.Percentile(0.95), "pipe"),
            new("line to reader p99", delays.Percentile(0.99), "ms", piped.Percentile(0.99), "pipe"),
            new("log lines per second", rate, "lines/s", pipedRate, "pipe"),
        ];
    }

    private static async Task<Reading> FollowAsync(
        Cluster cluster,
        IReadOnlyList<string> command,
        CancellationToken cancellationToken
    )
    {
        var job = await cluster.SubmitAsync(command, cancellationToken);
        await using var stream = await cluster.Http.GetStreamAsync(
            new Uri($"/api/jobs/{job}/logs?follow=true", UriKind.Relative),
            cancellationToken
        );
        using var reader = new StreamReader(stream);
        var reading = new Reading();
        while (await reader.ReadLineAsync(cancellationToken) is { } line && line is not "event: end")
        {
            if (line.Length > Prefix.Length && line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                reading.Add(line[Prefix.Length..]);
            }
        }

        return reading;
    }

    private static async Task<Reading> PipeAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        using var process = Programs.Start(command);
        var reading = new Reading();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            reading.Add(line);
        }

        await process.WaitForExitAsync(cancellationToken);
        return reading;
    }

    private static List<double> Delays(Reading reading) =>
        reading.Count == Lines
            ? [.. reading.Lines.Select(line => line.Milliseconds - WallClock.Parse(line.Text))]
            : throw new BenchException($"{reading.Count} of {Lines} lines arrived.");

    private static double Rate(Reading reading) =>
        reading.Count == Flood
            ? Flood / reading.Span.TotalSeconds
            : throw new BenchException($"{reading.Count} of {Flood} lines arrived.");

    /// <summary>Received lines; of a flood only the first are kept.</summary>
    private sealed class Reading
    {
        private readonly long _startedAt = Stopwatch.GetTimestamp();
        private long _lastAt;

        public int Count { get; private set; }

        /// <summary>The time from the reader's start to its last line.</summary>
        public TimeSpan Span => Stopwatch.GetElapsedTime(_startedAt, _lastAt);

        public List<(string Text, double Milliseconds)> Lines { get; } = [];

        public void Add(string line)
        {
            _lastAt = Stopwatch.GetTimestamp();
            if (Count++ < LogsBenchmark.Lines)
            {
                Lines.Add((line, WallClock.Now));
            }
        }
    }
}
