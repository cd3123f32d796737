using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Platform.Gateway.Docs;

/// <summary>The OpenAPI document of the whole platform: this process's own, and those of the services behind it.</summary>
internal sealed class ApiDescription(
    [FromKeyedServices("v1")] IOpenApiDocumentProvider own,
    IEnumerable<IServiceDescriptions> services,
    IOptions<GatewayOptions> options,
    TimeProvider clock
) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private string? _json;
    private DateTimeOffset _until;

    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_json is null || _until <= clock.GetUtcNow())
            {
                (_json, var lifetime) = await BuildAsync(cancellationToken);
                _until = lifetime == TimeSpan.MaxValue ? DateTimeOffset.MaxValue : clock.GetUtcNow() + lifetime;
            }

            return _json;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<(string Json, TimeSpan Lifetime)> BuildAsync(CancellationToken cancellationToken)
    {
        var document = await own.GetOpenApiDocumentAsync(cancellationToken);
        var merged = new MergedDescription();
        merged.Add(
            "Gateway",
            JsonNode
                .Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken))!
                .AsObject()
        );
        var lifetime = TimeSpan.MaxValue;
        foreach (var source in services)
        {
            var (documents, complete) = await source.ReadAsync(cancellationToken);
            foreach (var (name, body) in documents)
            {
                merged.Add(name, body);
            }

            lifetime = complete ? TimeSpan.FromMinutes(1) : TimeSpan.FromSeconds(2);
        }

        return (merged.ToJson(options.Value.Prefix is { HasValue: true } prefix ? prefix.Value! : "/"), lifetime);
    }
}

/// <summary>Descriptions that other processes give of themselves.</summary>
internal interface IServiceDescriptions
{
    /// <returns>The documents by service, and whether every service gave one.</returns>
    Task<(IReadOnlyList<(string Service, JsonObject Document)> Documents, bool Complete)> ReadAsync(
        CancellationToken cancellationToken
    );
}
