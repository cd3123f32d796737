using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.Messaging.Broker;

/// <summary>
/// Ready means that every endpoint receives. MassTransit's own check, which this one replaces, calls a process whose broker is
/// gone merely degraded.
/// </summary>
internal sealed class BusHealthCheck(IBusControl bus) : IHealthCheck
{
    public const string Name = "bus";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var health = bus.CheckHealth();
        if (health.Status is BusHealthStatus.Healthy)
        {
            return Task.FromResult(HealthCheckResult.Healthy());
        }

        var away = health
            .Endpoints.Where(endpoint => endpoint.Value.Status is not BusHealthStatus.Healthy)
            .Select(endpoint => endpoint.Value.InputAddress?.Segments[^1] ?? endpoint.Key)
            .Order(StringComparer.Ordinal);
        return Task.FromResult(HealthCheckResult.Unhealthy($"Messages do not arrive at: {string.Join(", ", away)}."));
    }
}
