using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.EventStore.Tests;

/// <summary>A process of the service: its host with the store, its followers and nothing else.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly IHost _host;

    private RunningService(IHost host) => _host = host;

    public CounterStore Store => _host.Services.GetRequiredService<CounterStore>();

    public IServiceProvider Services => _host.Services;

    public IReadOnlyList<Follower> Followers => Store.Followers;

    public static async Task<RunningService> StartAsync(
        string connectionString,
        Action<EventStoreOptions>? configure = null
    )
    {
        var options = Counters.Options();
        configure?.Invoke(options);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton(Options.Create(new DatabaseOptions { ConnectionString = connectionString }));
        builder.Services.AddEventStore(options, (o, source) => new CounterStore(o, source));
        var host = builder.Build();
        await host.StartAsync();
        return new RunningService(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}

/// <summary>Remembers what it was handed.</summary>
internal sealed class Recorder(string name = "recorder") : Subscription
{
    private readonly List<StoredEvent> _handled = [];

    public override string Name => name;

    /// <summary>Called before each page; throws to make the page fail.</summary>
    public Func<IReadOnlyList<StoredEvent>, Task> Before { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<StoredEvent> Handled
    {
        get
        {
            lock (_handled)
            {
                return [.. _handled];
            }
        }
    }

    public IEnumerable<long> Sequences => Handled.Select(e => e.Sequence);

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> page, CancellationToken cancellationToken)
    {
        await Before(page);
        lock (_handled)
        {
            _handled.AddRange(page);
        }
    }
}
