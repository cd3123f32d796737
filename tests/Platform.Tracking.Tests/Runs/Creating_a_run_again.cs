using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Runs;

[Trait("suite", "integration")]
public sealed class Creating_a_run_again(TrackingHost host) : IClassFixture<TrackingHost>
{
    private readonly string _key = $"{Guid.CreateVersion7()}";

    [Fact]
    public async Task with_the_same_key_returns_the_first_run()
    {
        var first = await PostAsync(
            """{"project":"demo","tags":{"a":"1","b":"2"},"parameters":{"lr":1}}""",
            HttpStatusCode.Created
        );
        var again = await PostAsync(
            """{"parameters":{"lr":1},"tags":{"b":"2","a":"1"},"project":"demo"}""",
            HttpStatusCode.OK
        );
        Assert.Equal((string?)first["id"], (string?)again["id"]);
        Assert.Equal((long?)first["version"], (long?)again["version"]);
    }

    [Fact]
    public async Task with_the_key_of_another_request_is_refused()
    {
        await PostAsync("""{"project":"demo"}""", HttpStatusCode.Created);
        var refused = await PostAsync("""{"project":"demo","name":"other"}""", HttpStatusCode.Conflict);
        Assert.Equal("/problems/idempotency-key.reused", (string?)refused["type"]);
    }

    [Fact]
    public async Task with_the_same_key_leaves_it_in_the_recycle_bin()
    {
        var id = (string?)(await PostAsync("""{"project":"demo"}""", HttpStatusCode.Created))["id"];
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", new { }, HttpStatusCode.OK);
        await host.SendAsync(HttpMethod.Delete, $"/api/runs/{id}", body: null, HttpStatusCode.OK);

        Assert.NotNull((await PostAsync("""{"project":"demo"}""", HttpStatusCode.OK))["deletion"]);
    }

    [Theory]
    [InlineData("""{"project":"demo"}""", 256)]
    [InlineData("""{"project":"demo","id":"mine"}""", 10)]
    public async Task with_a_key_that_cannot_be_one_is_refused(string body, int length)
    {
        var refused = await PostAsync(body, HttpStatusCode.BadRequest, new string('k', length));
        Assert.NotNull(refused["errors"]!["Idempotency-Key"]);
    }

    private async Task<JsonNode> PostAsync(string body, HttpStatusCode expected, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs")
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", key ?? _key);
        using var answer = await host.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
