using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Platform.ServiceDefaults.Tests;

public sealed class Gauges_that_are_read_now_and_then : IAsyncLifetime
{
    private static readonly Gauge _gauge = new("test.things", "{thing}", "Things.");
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _clock = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentBag<double> _seen = [];
    private Source _source = null!;
    private IHost _host = null!;

    public async Task InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddOptions<MetricsOptions>().Configure(options => options.Interval = _interval);
        builder.Services.AddGauges<Source>();
        _host = builder.Build();
        _source = _host.Services.GetRequiredService<Source>();
        var meters = _host.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => _seen.Add(value));
        _listener.Start();
        await _host.StartAsync();
        await WaitFor.ConditionAsync("the first values", () => Task.FromResult(Values() is [1]));
    }

    public async Task DisposeAsync()
    {
        _listener.Dispose();
        await _host.StopAsync();
        _host.Dispose();
    }

    [Fact]
    public void are_not_read_by_who_asks_for_them()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal([1], Values());
        }

        Assert.Single(_source.ReadAt);
    }

    [Fact]
    public async Task are_read_again_after_the_interval()
    {
        await AdvanceUntilAsync("another reading", () => Values() is [2]);

        Assert.True(_source.ReadAt[1] - _source.ReadAt[0] >= _interval);
    }

    [Fact]
    public async Task are_left_out_while_they_cannot_be_read()
    {
        _source.Fails = true;
        await AdvanceUntilAsync("no values", () => Values() is []);

        _source.Fails = false;
        await AdvanceUntilAsync("values again", () => Values() is [_]);
    }

    [Fact]
    public async Task are_read_less_often_when_reading_takes_long()
    {
        _source.Takes = TimeSpan.FromSeconds(2);
        await AdvanceUntilAsync("two more readings", () => _source.ReadAt.Count >= 3);

        Assert.True(_source.ReadAt[2] - _source.ReadAt[1] >= _source.Takes * 10);
    }

    private Task AdvanceUntilAsync(string what, Func<bool> holds) =>
        WaitFor.ConditionAsync(
            what,
            () =>
            {
                _clock.Advance(_interval / 10);
                return Task.FromResult(holds());
            }
        );

    private IReadOnlyList<double> Values()
    {
        _seen.Clear();
        _listener.RecordObservableInstruments();
        return [.. _seen];
    }

    private sealed class Source(TimeProvider clock) : IGaugeSource
    {
        private readonly Lock _lock = new();
        private readonly List<DateTimeOffset> _readAt = [];

        public IReadOnlyList<DateTimeOffset> ReadAt
        {
            get
            {
                lock (_lock)
                {
                    return [.. _readAt];
                }
            }
        }

        public bool Fails { get; set; }

        public TimeSpan Takes { get; set; }

        public string Meter => "Test";

        public IReadOnlyList<Gauge> Gauges { get; } = [_gauge];

        public Task<IReadOnlyList<GaugeValue>> ReadAsync(CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _readAt.Add(clock.GetUtcNow());
                ((FakeTimeProvider)clock).Advance(Takes);
                return Fails
                    ? Task.FromException<IReadOnlyList<GaugeValue>>(new InvalidOperationException("away"))
                    : Task.FromResult<IReadOnlyList<GaugeValue>>([new GaugeValue(_gauge, _readAt.Count)]);
            }
        }
    }
}
