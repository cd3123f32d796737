using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Platform.Gateway.Proxy;

/// <summary>Whether one service is ready, and what it lacks.</summary>
internal sealed class ServiceHealthCheck(IHttpClientFactory clients, IOptions<ProxyOptions> options, string service)
    : IHealthCheck
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience);
        try
        {
            using var client = clients.CreateClient(GatewayModule.ServiceClient);
            using var response = await client.GetAsync(
                new Uri(options.Value.AddressOf(service), "/health/ready"),
                limit.Token
            );
            if (response.StatusCode is HttpStatusCode.OK)
            {
                return HealthCheckResult.Healthy();
            }

            var missing = MissingOf(await response.Content.ReadAsStringAsync(limit.Token));
            return HealthCheckResult.Unhealthy(
                missing.Count > 0 ? $"Not ready: {string.Join(", ", missing)}." : "Not ready."
            );
        }
        catch (Exception exception)
            when (exception is HttpRequestException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested
            )
        {
            return HealthCheckResult.Unhealthy("Does not answer.");
        }
    }

    private static List<string> MissingOf(string report)
    {
        try
        {
            return JsonNode.Parse(report)?["checks"] is JsonObject checks
                ?
                [
                    .. checks
                        .Where(check => (string?)check.Value?["status"] is not "healthy")
                        .Select(check => check.Key),
                ]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
