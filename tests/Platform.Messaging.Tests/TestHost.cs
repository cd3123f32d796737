using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Platform.Messaging.Tests;

/// <summary>One process of a service: a host with a bus.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IBus Bus => Services.GetRequiredService<IBus>();

    public static TestHost Create(
        Action<IBusRegistrationConfigurator> bus,
        Action<IServiceCollection>? services = null,
        MessagingOptions? options = null
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        services?.Invoke(builder.Services);
        builder.Services.AddHealthChecks();
        builder.Services.AddPlatformMessaging(options ?? new MessagingOptions(), bus);
        return new TestHost(builder.Build());
    }

    public static async Task<TestHost> StartAsync(
        Action<IBusRegistrationConfigurator> bus,
        Action<IServiceCollection>? services = null,
        MessagingOptions? options = null
    )
    {
        var host = Create(bus, services, options);
        await host.StartAsync();
        return host;
    }

    public Task StartAsync() => _host.StartAsync();

    public Task BusIsAsync(HealthStatus status) =>
        WaitFor.ValueAsync(
            $"the bus to be {status}",
            async () =>
                (await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["bus"].Status,
            seen => seen == status
        );

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _host.StopAsync(limit.Token);
        _host.Dispose();
    }
}
