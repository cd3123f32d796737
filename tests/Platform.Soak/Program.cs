using System.Runtime.InteropServices;
using System.Text.Json;
using Platform.Soak;

if (args.Contains("--help", StringComparer.Ordinal) || args.Contains("-h", StringComparer.Ordinal))
{
    Console.WriteLine(SoakOptions.Usage);
    return 0;
}

if (SoakOptions.Parse(args, Console.Error) is not { } options)
{
    return 2;
}

if (options.PlanOnly)
{
    const int Decisions = 20;
    foreach (
        var decision in Plan.Jobs(options.Seed)
            .Take(Decisions)
            .Cast<object>()
            .Concat(Plan.Faults(options.Seed, options.Nodes).Take(Decisions))
    )
    {
        Console.WriteLine(decision);
    }

    return 0;
}

using var early = new CancellationTokenSource();
using var abort = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTermination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    var log = new RunLog(options.Json ? Console.Error : Console.Out);
    var result = await new SoakRun(options, log).RunAsync(early.Token, abort.Token);
    Report(result);
    return result.Violations.Count == 0 ? 0 : 1;
}
catch (OperationCanceledException) when (abort.IsCancellationRequested)
{
    return 130;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true; // stop the cluster first
    (early.IsCancellationRequested ? abort : early).Cancel();
}

void Report(SoakResult result)
{
    if (options.Json)
    {
        Console.WriteLine(JsonSerializer.Serialize(result, JsonSerializerOptions.Web));
        return;
    }

    foreach (var violation in result.Violations)
    {
        Console.WriteLine($"VIOLATION  {violation}");
    }

    Console.WriteLine(
        $"seed {result.Seed}: {result.Jobs} jobs ({result.Succeeded} succeeded, {result.Cancelled} cancelled), {result.Faults} faults, {result.Violations.Count} violations"
    );
    if (result.Data is not null)
    {
        Console.WriteLine($"Data: {result.Data}");
    }
}
