using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Sentences;

namespace Platform.ServiceDefaults.Tests;

public sealed class Problems_for_clients_that_accept_no_JSON : IAsyncLifetime
{
    private static readonly Template _none = new("job.none", "There is no such job.", problem: "job.not-found");

    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        var builder = PlatformService.CreateBuilder(["--urls=http://127.0.0.1:0"], "jobs");
        _app = builder.Build();
        _app.UsePlatformDefaults(isEdge: false);
        _app.MapGet("/typed", (long? after) => $"{after}").Public();
        _app.MapGet("/refused", () => ProblemResults.NotFound(_none)).Public();
        _app.MapGet("/invalid", () => ProblemResults.Invalid("after", _none)).Public();
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
    [InlineData("/typed?after=x", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("/typed?after=1&after=2", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("/refused", HttpStatusCode.NotFound, "job.not-found")]
    [InlineData("/invalid", HttpStatusCode.BadRequest, "validation")]
    [InlineData("/broken", HttpStatusCode.ServiceUnavailable, "unavailable")]
    [InlineData("/nothing/here", HttpStatusCode.NotFound, "address.not-found")]
    public async Task are_the_same_documents(string path, HttpStatusCode status, string type)
    {
        var usual = await AskAsync(path, "application/json", status);
        foreach (var accept in new[] { "text/event-stream", "text/csv", "image/png, image/*" })
        {
            var problem = await AskAsync(path, accept, status);

            Assert.Equal($"/problems/{type}", (string?)problem["type"]);
            Assert.NotNull(problem["traceId"]);
            foreach (var field in new[] { "title", "status", "detail", "code", "args", "errors" })
            {
                Assert.Equal(usual[field]?.ToJsonString(), problem[field]?.ToJsonString());
            }
        }
    }

    private async Task<JsonNode> AskAsync(string path, string accept, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await _client.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
