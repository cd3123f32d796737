using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Services;
using Platform.Gateway.Tokens;
using Platform.Hosting;

namespace Platform.Authorization.Tests.Toys;

/// <summary>What a service gets from its module and its entry in the catalog, with nothing else changed.</summary>
[Trait("suite", "integration")]
public sealed class A_service_of_the_catalog : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly List<PlatformProcess> _processes = [];
    private readonly HttpClient _http = new();
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _http.Dispose();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void has_one_module_in_its_assembly()
    {
        Assert.Equal(
            ServiceCatalog.All.Count,
            ServiceModules.All().Select(module => module.GetType()).Distinct().Count()
        );
        Assert.Equal(
            ServiceCatalog.All.Count,
            ServiceCatalog.All.Select(service => service.Name).Distinct(StringComparer.Ordinal).Count()
        );
    }

    [Fact]
    [Trait("check", "OPS-02")]
    public async Task is_reached_described_and_watched_through_the_gateway()
    {
        var toys = await StartAsync(PlatformProcess.ServiceAsync("toys", new ToysModule(), Settings(), _log));
        var gateway = await StartAsync(
            PlatformProcess.GatewayAsync(
                [.. Settings(), $"--{ToysModule.Description.AddressSetting}={toys.Address}"],
                _log,
                [ToysModule.Description]
            )
        );

        await AssertAnswersAsync(gateway);
        var description = await _http.GetFromJsonAsync<JsonNode>(new Uri(gateway.Address, "/openapi/v1.json"));
        Assert.NotNull(description!["paths"]!["/api/toys/{name}"]);
        var ready = await _http.GetFromJsonAsync<JsonNode>(new Uri(gateway.Address, "/health/ready"));
        Assert.Equal("healthy", (string?)ready!["checks"]!["toys"]!["status"]);
    }

    [Fact]
    public async Task works_in_one_process_with_the_others()
    {
        var whole = await StartAsync(PlatformProcess.WholeAsync(Settings(), _log, new ToysModule()));

        await AssertAnswersAsync(whole);
        await whole.Services.GetRequiredService<IBus>().Publish(new MakeToy("by-message"));
        var store = whole.Services.GetRequiredService<ToysStore>();
        await WaitFor.ValueAsync("the message's toy", store.NamesAsync, names => names.Contains("by-message"));
        Assert.Equal(2, await store.RebuildAsync("toy:v1"));
        Assert.Equal(["by-message", "by-request"], await store.NamesAsync());
    }

    private async Task AssertAnswersAsync(PlatformProcess process)
    {
        var tokens = process.Services.GetRequiredService<GatewayTokens>();
        var viewer = (await tokens.CreateAsync(new WantedToken("viewer", "viewer"), "test")).Token;
        var editor = (await tokens.CreateAsync(new WantedToken("editor", "editor"), "test")).Token;

        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(process, HttpMethod.Get, "/api/toys", token: null));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await SendAsync(process, HttpMethod.Post, "/api/toys/by-request", viewer)
        );
        Assert.Equal(HttpStatusCode.OK, await SendAsync(process, HttpMethod.Post, "/api/toys/by-request", editor));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(process, HttpMethod.Get, "/api/toys", viewer));
    }

    private async Task<HttpStatusCode> SendAsync(PlatformProcess process, HttpMethod method, string path, string? token)
    {
        using var request = new HttpRequestMessage(method, new Uri(process.Address, path));
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<PlatformProcess> StartAsync(Task<PlatformProcess> starting)
    {
        var process = await starting;
        _processes.Add(process);
        return process;
    }

    private string[] Settings() => World.SettingsFor(_database.ConnectionString, _folder);
}
