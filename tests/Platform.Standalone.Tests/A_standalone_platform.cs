using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Platform.Contracts.Services;
using Platform.LocalServers;

namespace Platform.Standalone.Tests;

[Trait("suite", "e2e")]
public sealed class A_standalone_platform : IAsyncLifetime
{
    private const int Lines = 40;
    private readonly StandaloneProcess _platform = new();
    private PlatformApi? _api;

    private PlatformApi Api => _api ??= new PlatformApi($"http://127.0.0.1:{_platform.Port}");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _api?.Dispose();
        await _platform.DisposeAsync();
    }

    [Fact]
    [Trait("check", "LOG-02")]
    public async Task that_was_killed_recovers_and_its_running_training_continues()
    {
        await _platform.UpAsync();
        var id = await Api.SubmitAsync(Training());
        var training = await ProcessOfAsync(id);
        var database = _platform.Postgres;

        await _platform.KillAsync();
        Assert.True(training.IsRunning, "The training ended with its platform.");
        await _platform.UpAsync();
        Assert.Equal(database, _platform.Postgres);
        // Once for each start; it is printed a moment after the platform can be found.
        await WaitFor.ConditionAsync(
            "the platform to say where it is",
            () =>
                Task.FromResult(
                    _platform.Output.Split($"Platform is ready at http://127.0.0.1:{_platform.Port}\n").Length == 3
                )
        );

        var job = await Api.WaitForStatusAsync(id, "succeeded");
        Assert.True(job["attempt"]!.GetValue<int>() == 1, $"It ran again: {job}\n{_platform.Output}");
        string[] expected = [Line(training), .. Enumerable.Range(1, Lines).Select(line => $"line {line}"), ""];
        Assert.Equal(expected, (await Api.LogAsync(id)).Split('\n'));
    }

    [Theory]
    [InlineData("Creating the database")]
    [InlineData("postmaster")]
    [InlineData("projection")]
    public async Task that_is_stopped_while_it_starts_says_so_and_leaves_no_process(string moment)
    {
        const int Interrupt = 2;
        var process = _platform.Start();
        await WaitFor.ConditionAsync(
            moment,
            () =>
                Task.FromResult(
                    moment switch
                    {
                        "postmaster" => File.Exists(
                            Path.Combine(_platform.Data, "postgres", "server", "data", "postmaster.pid")
                        ),
                        "projection" => _platform.Postgres is not null,
                        _ => _platform.Output.Contains(moment, StringComparison.Ordinal),
                    }
                )
        );

        Assert.True(Unix.Signal(process.Id, Interrupt));
        await WaitFor.ConditionAsync("the platform to end", () => Task.FromResult(!process.IsRunning));

        Assert.DoesNotContain("Unhandled exception", _platform.Output, StringComparison.Ordinal);
        Assert.Matches("stopped before it was ready|Stopping …", _platform.Output);
        Assert.Empty(RunningProcesses.With("cmdline", _platform.Data));
    }

    [Fact]
    public async Task that_is_stopped_leaves_no_process()
    {
        await _platform.UpAsync();
        var training = await ProcessOfAsync(await Api.SubmitAsync(Training()));
        var database = _platform.Postgres!;

        Assert.True(await _platform.Process!.StopAsync(TimeSpan.FromSeconds(60)), "It had to be killed.");

        Assert.False(training.IsRunning, "The training still runs.");
        Assert.False(database.IsRunning, "PostgreSQL still runs.");
        Assert.Null(_platform.Running);
        var log = await File.ReadAllTextAsync(Path.Combine(_platform.Data, "logs", "platform.log"));
        Assert.Contains("Stopping …\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task locks_its_data_folder()
    {
        await _platform.UpAsync();
        var first = _platform.Process!;

        var second = _platform.Start();
        await WaitFor.ConditionAsync("the second one to exit", () => Task.FromResult(!second.IsRunning));

        Assert.Contains("Another platform uses the data folder", _platform.Output, StringComparison.Ordinal);
        Assert.True(first.IsRunning);
        Assert.Equal("ok", (await Api.GetAsync("/api/health"))["status"]!.GetValue<string>());
        await first.StopAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task reports_at_once_that_its_port_is_in_use()
    {
        using var other = new TcpListener(IPAddress.Loopback, _platform.Port);
        other.Start();

        var process = _platform.Start();
        await WaitFor.ConditionAsync("it to exit", () => Task.FromResult(!process.IsRunning));

        Assert.Contains($"Port {_platform.Port} is in use", _platform.Output, StringComparison.Ordinal);
        Assert.Null(_platform.Postgres);
    }

    [Fact]
    public async Task restarts_its_database_when_it_dies()
    {
        await _platform.UpAsync();
        var database = _platform.Postgres!;

        Assert.True(Unix.Signal(database.Id, Unix.Kill));

        await WaitFor.ConditionAsync(
            "another PostgreSQL",
            () => Task.FromResult(_platform.Postgres is { } now && now != database)
        );
        await WaitFor.ConditionAsync(
            "the platform to be ready again",
            async () =>
            {
                using var response = await Api.Http.GetAsync("/health/ready");
                return response.IsSuccessStatusCode;
            }
        );
        await Api.WaitForStatusAsync(await Api.SubmitAsync(Job("true")), "succeeded");
    }

    [Fact]
    public async Task tells_in_its_metrics_of_all_services_and_not_its_web_page()
    {
        await _platform.UpAsync();
        await Api.WaitForStatusAsync(await Api.SubmitAsync(Job("true")), "succeeded");

        // Each service reads its gauges in its own time, and tells of its runs and messages once it had some.
        var scrape = await WaitFor.ValueAsync(
            "the job, its run and the node in the metrics",
            () => Scrape.OfAsync(Api.Http, new Uri($"http://127.0.0.1:{_platform.Port}/metrics")),
            scrape =>
                scrape.Value("platform_jobs", ("status", "succeeded")) == 1
                && scrape.Value("platform_nodes", ("state", "online")) == 1
                && scrape.Value("platform_placements_waiting") == 0
                && scrape.Value("platform_broker_up") == 1
                && ServiceCatalog.Schemas.All(schema =>
                    scrape.Value("event_store_sequence", ("schema", schema)) is not null
                )
                && scrape.Types.ContainsKey("platform_runs")
                && scrape.Types.ContainsKey("platform_runs_created")
                && scrape.Types.ContainsKey("messaging_process_duration_seconds")
        );

        Assert.Equal("gauge", scrape.Types["platform_gpus"]);
        Assert.Equal("gauge", scrape.Types["platform_runs"]);
        Assert.Equal("counter", scrape.Types["platform_runs_created"]);
        Assert.Equal("histogram", scrape.Types["http_server_request_duration_seconds"]);
        Assert.Equal("histogram", scrape.Types["messaging_process_duration_seconds"]);
    }

    private static string Line(LocalProcess training) => $"process {training.Id}";

    private static object Training() =>
        Job($"echo process $$; for i in $(seq 1 {Lines}); do echo line $i; sleep 0.25; done");

    private static object Job(string script) =>
        new
        {
            name = "script",
            command = new[] { "sh", "-c", script },
            resources = new { cpus = 1, memoryMiB = 64 },
        };

    private async Task<LocalProcess> ProcessOfAsync(Guid job)
    {
        var log = await WaitFor.ValueAsync(
            "the training to print its process id",
            () => Api.LogAsync(job),
            log => log.Contains("line 2", StringComparison.Ordinal)
        );
        var id = int.Parse(log.Split('\n')[0]["process ".Length..], CultureInfo.InvariantCulture);
        return LocalProcess.Find(id)!;
    }
}
