using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Platform.Gateway.Proxy;

/// <summary>Whether one service is ready, which is when one of its replicas is, and what they lack.</summary>
internal sealed class ServiceHealthCheck(IHttpClientFactory clients, IOptions<ProxyOptions> options, string service)
    : IHealthCheck
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var wrong = await Task.WhenAll(
            options.Value.AddressesOf(service).Select(address => FindWrongAsync(address, cancellationToken))
        );
        return wrong.Contains(null)
            ? HealthCheckResult.Healthy(Describe(wrong))
            : HealthCheckResult.Unhealthy(Describe(wrong));
    }

    /// <summary>Names replicas by their place in the setting: not everybody who asks should learn their addresses.</summary>
    private static string? Describe(string?[] wrong) =>
        wrong.Length == 1 ? wrong[0]
        : string.Join(
            ' ',
            wrong.Index().Where(each => each.Item is not null).Select(each => $"Replica {each.Index + 1}: {each.Item}")
        )
            is { Length: > 0 } all
            ? all
        : null;

    /// <returns>Null when the replica is ready.</returns>
    private async Task<string?> FindWrongAsync(Uri address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience);
        try
        {
            using var client = clients.CreateClient(GatewayModule.ServiceClient);
            using var response = await client.GetAsync(new Uri(address, "/health/ready"), limit.Token);
            if (response.StatusCode is HttpStatusCode.OK)
            {
                return null;
            }

            var missing = MissingOf(await response.Content.ReadAsStringAsync(limit.Token));
            return missing.Count > 0 ? $"Not ready: {string.Join(", ", missing)}." : "Not ready.";
        }
        catch (Exception exception)
            when (exception is HttpRequestException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested
            )
        {
            return "Does not answer.";
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
