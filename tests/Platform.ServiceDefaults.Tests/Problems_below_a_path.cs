using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults.Tests;

public sealed class Problems_below_a_path : IAsyncLifetime
{
    private static readonly Template _none = new("job.none", "There is no such job.", problem: "job.not-found");

    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        var builder = PlatformService.CreateBuilder(["--urls=http://127.0.0.1:0"], "jobs");
        _app = builder.Build();
        _app.UsePlatformDefaults(isEdge: false);
        _app.MapGet("/refused", () => ProblemResults.NotFound(_none)).Public();
        _app.MapGet("/broken", string () => throw new TimeoutException()).Public();
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("/ml", "/ml")]
    [InlineData("//evil.example", "")]
    [InlineData("/<script>", "")]
    [InlineData("/..", "")]
    [InlineData("evil", "")]
    public async Task are_named_there_if_it_is_one(string? prefix, string expected)
    {
        foreach (var (path, type) in new[] { ("/refused", "job.not-found"), ("/broken", "unavailable") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("X-Forwarded-Prefix", prefix);
            using var answer = await _client.SendAsync(request);
            var problem = await answer.Content.ReadFromJsonAsync<JsonNode>();
            Assert.Equal($"{expected}/problems/{type}", (string?)problem!["type"]);
        }
    }
}
