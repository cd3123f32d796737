using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Platform.ServiceDefaults.Tests;

public sealed class Watching_disks : IAsyncDisposable
{
    private static readonly TimeSpan _interval = new DiskOptions().Interval;

    private readonly FakeDisk _disk = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly Lines _log = new();
    private IHost? _host;

    [Fact]
    public async Task says_once_when_a_threshold_is_crossed_and_once_when_there_is_space_again()
    {
        var watch = await StartAsync();

        foreach (var share in new[] { 0.5, 0.86, 0.88, 0.849, 0.86, 0.96, 0.99, 0.945, 0.96, 0.93, 0.6, 0.5 })
        {
            await LookAsync(watch, share);
        }

        Assert.Equal(
            [
                "Warning: The disk of 'blobs, data' is 86 % full; from 95 % on what needs it is refused. Free space, or enlarge the disk",
                "Error: The disk of 'blobs, data' is 96 % full; what needs it is refused until it is below 94 %. Free space, or enlarge the disk",
                "Warning: The disk of 'blobs, data' is 93 % full; what is new is accepted again",
                "Information: The disk of 'blobs, data' has space again; it is 60 % full",
            ],
            _log.All
        );
    }

    [Fact]
    public async Task knows_a_full_one_before_the_first_request()
    {
        _disk.Share = 0.97;

        var full = (await StartAsync()).FindFull();

        Assert.Equal(97, full!.UsedPercent);
        Assert.Equal(["node", "blobs", "data"], full.Folders);
    }

    [Fact]
    public async Task refuses_for_what_is_not_shared_only_who_asks_for_it()
    {
        _disk.Share = 0.97;
        var watch = await StartAsync(services => services.AddWatchedFolder("node", _ => "/node", isShared: false));

        Assert.Null(watch.FindFull());
        Assert.Null(watch.FindFull("imports"));
        Assert.NotNull(watch.FindFull("node"));
    }

    [Fact]
    public async Task includes_the_folder_where_logs_wait_for_Elasticsearch_and_refuses_nothing_for_it()
    {
        var builder = PlatformService.CreateBuilder(
            ["--Elasticsearch:Url=http://127.0.0.1:1", "--Elasticsearch:SpoolFolder=/spool"],
            "jobs"
        );
        builder.Services.AddSingleton<IDiskReader>(_disk);
        _disk.Share = 0.97;
        await using var app = builder.Build();
        var watch = app.Services.GetRequiredService<DiskWatch>();

        await watch.StartAsync(CancellationToken.None);

        Assert.Equal(["log-spool"], Assert.Single(watch.Disks).Folders);
        Assert.Null(watch.FindFull());
        Assert.Equal(97, watch.FindFull("log-spool")!.UsedPercent);
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task refuses_nothing_while_a_disk_is_away_and_knows_it_again_when_it_is_back()
    {
        _disk.Share = 0.97;
        var watch = await StartAsync();

        _disk.Share = null;
        await TickAsync(() => watch.Disks.Count == 0);
        Assert.Null(watch.FindFull());

        await LookAsync(watch, 0.98);
        Assert.NotNull(watch.FindFull());
    }

    [Theory]
    [InlineData(0.5, HealthStatus.Healthy, null)]
    [InlineData(0.9, HealthStatus.Degraded, "The disk of 'blobs, data' is 90 % full.")]
    [InlineData(
        0.96,
        HealthStatus.Degraded,
        "The disk of 'blobs, data' is 96 % full; nothing new is accepted until it is below 94 %."
    )]
    public async Task shows_in_the_health_of_the_process(double share, HealthStatus status, string? description)
    {
        _disk.Share = share;
        await StartAsync();

        var report = await _host!.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        var entry = Assert.Single(report.Entries);
        Assert.Equal(("disk", status, description), (entry.Key, entry.Value.Status, entry.Value.Description));
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }
    }

    private async Task<DiskWatch> StartAsync(Action<IServiceCollection>? folders = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSingleton<IDiskReader>(_disk);
        (
            folders
            ?? (
                services =>
                {
                    services.AddWatchedFolder("node", _ => "/node", isShared: false);
                    services.AddWatchedFolder("blobs", _ => "/blobs");
                    services.Configure<DiskOptions>(options => options.Folders["data"] = "/data");
                }
            )
        )(builder.Services);
        builder.Services.AddDiskWatch();
        _host = builder.Build();
        await _host.StartAsync();
        return _host.Services.GetRequiredService<DiskWatch>();
    }

    private async Task LookAsync(DiskWatch watch, double share)
    {
        _disk.Share = share;
        await TickAsync(() => watch.Disks is [var disk] && disk.UsedPercent == (int)(share * 100));
    }

    private Task TickAsync(Func<bool> isDone) =>
        WaitFor.ConditionAsync(
            "the next look",
            () =>
            {
                _clock.Advance(_interval);
                return Task.FromResult(isDone());
            }
        );

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyList<string> All => [.. _lines];

        public ILogger CreateLogger(string categoryName) =>
            string.Equals(categoryName, typeof(DiskWatch).FullName, StringComparison.Ordinal)
                ? this
                : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");

        public void Dispose() { }
    }
}
