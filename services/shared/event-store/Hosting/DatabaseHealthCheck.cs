using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Platform.EventStore;

/// <summary>Healthy while the store's database answers.</summary>
internal sealed class DatabaseHealthCheck(EventStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            await store.PingAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The database does not answer.", e);
        }
    }
}
