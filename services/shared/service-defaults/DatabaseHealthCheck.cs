using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using Platform.EventStore;

namespace Platform.ServiceDefaults;

/// <summary>Ready only while PostgreSQL answers.</summary>
internal sealed class DatabaseHealthCheck(IOptions<DatabaseOptions> options) : IHealthCheck, IAsyncDisposable
{
    // One pooled connection of its own: a busy service stays ready, a dead database does not.
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(options.Value.ConnectionString)
        {
            MaxPoolSize = 2,
            Timeout = 3,
            CommandTimeout = 3,
            ApplicationName = "platform-health",
        }
    );

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            await using var command = _source.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("PostgreSQL does not answer.", exception);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
