using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.Bench;
using Platform.Bench.Benchmarks;
using Platform.LocalServers;

Dictionary<string, Func<Bench, Task<IReadOnlyList<Figure>>>> benchmarks = new(StringComparer.Ordinal)
{
    ["append"] = AppendBenchmark.RunAsync,
    ["dispatch"] = DispatchBenchmark.RunAsync,
    ["logs"] = LogsBenchmark.RunAsync,
    ["metrics"] = MetricsBenchmark.RunAsync,
    ["artifacts"] = ArtifactsBenchmark.RunAsync,
    ["gateway"] = GatewayBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
    ["queue"] = QueueBenchmark.RunAsync,
    ["lists"] = ListsBenchmark.RunAsync,
    ["search"] = SearchBenchmark.RunAsync,
    ["logsearch"] = LogSearchBenchmark.RunAsync,
    ["idle"] = IdleBenchmark.RunAsync,
    ["replicas"] = ReplicasBenchmark.RunAsync,
    ["stack"] = StackBenchmark.RunAsync,
};
var json = args.Contains("--json", StringComparer.Ordinal);
var names = args.Where(argument => argument is not "--json").ToList();
if (names.FirstOrDefault(name => !benchmarks.ContainsKey(name)) is { } unknown)
{
    await Console.Error.WriteLineAsync(
        $"platform bench: '{unknown}' is not a benchmark. Usage: ./platform bench [{string.Join('|', benchmarks.Keys)}] … [--json]"
    );
    return 2;
}

using var interrupted = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTermination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var figures = new List<Figure>();
await using var bench = new Bench(interrupted.Token);
try
{
    foreach (var name in names.Count > 0 ? names : [.. benchmarks.Keys])
    {
        await Console.Error.WriteLineAsync($"== {name} (load {LoadAverage()})");
        var measured = await benchmarks[name](bench);
        figures.AddRange(measured);
        if (!json)
        {
            foreach (var figure in measured)
            {
                Console.WriteLine(Line(figure));
            }
        }
    }

    if (json)
    {
        Console.WriteLine(JsonSerializer.Serialize(new Results(figures), BenchJson.Default.Results));
    }

    return 0;
}
catch (Exception exception) when (exception is BenchException or LocalServerException)
{
    await Console.Error.WriteLineAsync($"platform bench: {exception.Message}");
    return 1;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    return 130;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true; // stop the cluster first
    interrupted.Cancel();
}

static string Line(Figure figure)
{
    var against = figure.Baseline is { } baseline
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"   {figure.Against ?? "baseline"} {baseline:0.###} {figure.Unit}   ratio {figure.Ratio:0.###}"
        )
        : "";
    return string.Create(
        CultureInfo.InvariantCulture,
        $"{figure.Name, -44} {figure.Value, 12:0.###} {figure.Unit}{against}"
    );
}

static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
