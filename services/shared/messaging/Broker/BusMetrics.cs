using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.Hosting;

namespace Platform.Messaging.Broker;

/// <summary>Whether this process receives messages.</summary>
internal sealed class BusMetrics : IHostedService
{
    /// <summary>The meter of all that is told about messages.</summary>
    public const string Meter = "Platform.Messaging";

    public BusMetrics(IMeterFactory meters, IBusControl bus) =>
        meters
            .Create(Meter)
            .CreateObservableGauge(
                "platform.broker.up",
                () => bus.CheckHealth().Status is BusHealthStatus.Healthy ? 1 : 0,
                description: "1 while every endpoint of this process receives, 0 while the broker is away."
            );

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
