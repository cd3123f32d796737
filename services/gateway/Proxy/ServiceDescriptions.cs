using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Platform.Contracts.Services;
using Platform.Gateway.Docs;

namespace Platform.Gateway.Proxy;

/// <summary>Fetches the services' documents; one that is away is described as it was seen last.</summary>
internal sealed class ServiceDescriptions(IHttpClientFactory clients, IOptions<ProxyOptions> options)
    : IServiceDescriptions
{
    private readonly ConcurrentDictionary<string, JsonObject> _last = new(StringComparer.Ordinal);

    public async Task<(IReadOnlyList<(string Service, JsonObject Document)> Documents, bool Complete)> ReadAsync(
        CancellationToken cancellationToken
    )
    {
        var services = options.Value.Services;
        var fetched = await Task.WhenAll(
            services.Select(service => FetchAnyAsync(options.Value.AddressesOf(service.Name), cancellationToken))
        );
        var documents = new List<(string, JsonObject)>();
        for (var i = 0; i < services.Count; i++)
        {
            var name = services[i].Name;
            if (fetched[i] is { } document)
            {
                _last[name] = document;
            }

            if (_last.TryGetValue(name, out var known))
            {
                documents.Add((ServiceCatalog.TitleOf(name), known.DeepClone().AsObject()));
            }
        }

        return (documents, Array.TrueForAll(fetched, document => document is not null));
    }

    /// <summary>Its replicas say the same.</summary>
    private async Task<JsonObject?> FetchAnyAsync(IReadOnlyList<Uri> addresses, CancellationToken cancellationToken)
    {
        foreach (var address in addresses)
        {
            if (await FetchAsync(address, cancellationToken) is { } document)
            {
                return document;
            }
        }

        return null;
    }

    private async Task<JsonObject?> FetchAsync(Uri address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var client = clients.CreateClient(GatewayModule.ServiceClient);
            return JsonNode.Parse(await client.GetStringAsync(new Uri(address, "/openapi/v1.json"), limit.Token))
                as JsonObject;
        }
        catch (Exception exception)
            when (exception is HttpRequestException or JsonException or OperationCanceledException
                && !cancellationToken.IsCancellationRequested
            )
        {
            return null;
        }
    }
}
