using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Platform.Cli.Tests.Benchmarks;

/// <summary>
/// <c>./platform bench dispatch</c> waits for this script to end. Here a fake library takes the place of Celery; it
/// starts tasks at once and shortens the waits that will time out.
/// </summary>
public sealed class The_Celery_baseline : IDisposable
{
    private const string Library = """
        import os
        import signal
        import threading
        import time

        alarm = signal.alarm
        signal.alarm = lambda seconds: alarm(min(seconds, 1) if lost else seconds)
        lost = False


        class Conf:
            def update(self, **settings):
                pass


        class Celery:
            def __init__(self, name, broker):
                self.conf = Conf()
                self.broker = broker

            def task(self, name):
                def decorate(function):
                    function.delay = lambda number: self.delay(function, number)
                    return function

                return decorate

            def delay(self, function, number):
                if self.broker == "refusing" and number > 2:
                    raise OSError("no broker\nat all")
                if self.broker == "hanging" and number > 2:
                    alarm(1)
                    time.sleep(600)
                if self.broker in ("losing", "dying") and number == 4:
                    global lost
                    lost = self.broker == "losing"
                else:
                    threading.Thread(target=function, args=(number,)).start()

            def worker_main(self, arguments):
                if self.broker == "dying":
                    os._exit(3)
                time.sleep(600)
        """;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task prints_its_times()
    {
        var (code, output, _) = await RunAsync("working");

        Assert.Equal(0, code);
        var times = JsonNode.Parse(output)!;
        Assert.Equal(2, times["starts"]!.AsArray().Count);
        Assert.True(times["finished"]!.GetValue<double>() > 0);
    }

    [Theory]
    [InlineData("losing", "running 3 tasks did not happen within 300 s")]
    [InlineData("hanging", "submitting 3 tasks at once did not happen within 300 s")]
    [InlineData("refusing", "no broker")]
    public async Task ends_with_one_line_that_states_what_did_not_happen(string broker, string reason)
    {
        var (code, output, errors) = await RunAsync(broker);

        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"Celery failed: {reason}", errors.Trim());
    }

    [Fact]
    public async Task ends_with_its_worker()
    {
        var (code, _, errors) = await RunAsync("dying");

        Assert.Equal((1, "Celery failed: its worker ended with code 3"), (code, errors.Trim()));
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(string broker)
    {
        await File.WriteAllTextAsync(_folder.In("celery.py"), Library);
        var results = Directory.CreateDirectory(_folder.In("results")).FullName;
        var start = new ProcessStartInfo(
            "python3",
            [Repository.PathOf("bench/Celery/celery_baseline.py"), broker, results, "1", "2", "3"]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONPATH"] = _folder.Path;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (process.ExitCode, await output, await errors);
    }
}
