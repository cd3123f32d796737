using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults;

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
        var replicas = await Task.WhenAll(
            options.Value.AddressesOf(service).Select(address => CheckAsync(address, cancellationToken))
        );
        if (replicas.Length == 1)
        {
            return replicas[0];
        }

        var found = Describe(replicas);
        if (Array.TrueForAll(replicas, replica => replica.Status is HealthStatus.Unhealthy))
        {
            return HealthCheckResult.Unhealthy(found);
        }

        var degraded = replicas.FirstOrDefault(replica => replica.Status is HealthStatus.Degraded);
        return degraded.Status is HealthStatus.Degraded
            ? HealthCheckResult.Degraded(found, data: degraded.Data)
            : HealthCheckResult.Healthy(found);
    }

    /// <summary>Names replicas by their place in the setting: not everybody who asks should learn their addresses.</summary>
    private static string? Describe(IEnumerable<HealthCheckResult> replicas)
    {
        var wrong = replicas
            .Index()
            .Where(each => each.Item.Status is not HealthStatus.Healthy)
            .Select(each => $"Replica {each.Index + 1}: {each.Item.Description}")
            .ToList();
        return wrong.Count == 0 ? null : string.Join(' ', wrong);
    }

    private async Task<HealthCheckResult> CheckAsync(Uri address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience);
        try
        {
            using var client = clients.CreateClient(GatewayModule.ServiceClient);
            using var response = await client.GetAsync(new Uri(address, "/health/ready"), limit.Token);
            var report = await response.Content.ReadAsStringAsync(limit.Token);
            if (response.StatusCode is HttpStatusCode.OK)
            {
                return OfReady(report);
            }

            var missing = MissingOf(report);
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

    /// <summary>Disks that are nearly full are told by the edge too: people and the web app ask it.</summary>
    private static HealthCheckResult OfReady(string report)
    {
        try
        {
            return JsonSerializer.Deserialize<Report>(report, JsonSerializerOptions.Web) is { Disks.Count: > 0 } ready
                ? HealthCheckResult.Degraded(
                    ready.Checks?.GetValueOrDefault("disk")?.Description,
                    data: HealthReportWriter.Data(ready.Disks)
                )
                : HealthCheckResult.Healthy();
        }
        catch (JsonException)
        {
            return HealthCheckResult.Healthy();
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

    /// <summary>What is read of the report of a service that is ready.</summary>
    private sealed record Report(IReadOnlyList<DiskState>? Disks, IReadOnlyDictionary<string, ReportedCheck>? Checks);

    private sealed record ReportedCheck(string? Description);
}
