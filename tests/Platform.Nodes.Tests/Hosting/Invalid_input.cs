using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts.Nodes;

namespace Platform.Nodes.Tests.Hosting;

[Trait("suite", "integration")]
public sealed class Invalid_input(SharedHost shared) : IClassFixture<SharedHost>
{
    [Theory]
    [InlineData("""{ "name": "" }""")]
    [InlineData("""{ "name": "a\u0000b" }""")]
    [InlineData("""{ "name": "a\u202eb" }""")]
    [InlineData("""{ "name": "a\u2028b" }""")]
    [InlineData("""{ "inventory": { "labels": { "a": "b\u2067" } } }""")]
    [InlineData("""{ "name": null }""")]
    [InlineData("""{ "name": 7 }""")]
    [InlineData("""{ "nodeId": "00000000-0000-0000-0000-000000000000" }""")]
    [InlineData("""{ "nodeId": "me" }""")]
    [InlineData("""{ "token": null }""")]
    [InlineData("""{ "surprise": 1 }""")]
    [InlineData("""{ "inventory": null }""")]
    [InlineData("""{ "inventory": { "cpus": -1 } }""")]
    [InlineData("""{ "inventory": { "cpus": 1e300 } }""")]
    [InlineData("""{ "inventory": { "memoryMiB": -5 } }""")]
    [InlineData("""{ "inventory": { "memoryMiB": 99999999999 } }""")]
    [InlineData("""{ "inventory": { "hostname": null } }""")]
    [InlineData("""{ "inventory": { "gpus": null } }""")]
    [InlineData("""{ "inventory": { "gpus": [null] } }""")]
    [InlineData("""{ "inventory": { "gpus": [{ "index": -1, "uuid": "u", "name": "n", "memoryMiB": 1 }] } }""")]
    [InlineData("""{ "inventory": { "gpus": [{ "index": 0, "uuid": "u", "name": "n", "memoryMiB": -1 }] } }""")]
    [InlineData(
        """{ "inventory": { "gpus": [{ "index": 0, "uuid": "u", "name": "n", "memoryMiB": 1 }, { "index": 0, "uuid": "v", "name": "n", "memoryMiB": 1 }] } }"""
    )]
    [InlineData("""{ "inventory": { "labels": null } }""")]
    [InlineData("""{ "inventory": { "labels": { "a": null } } }""")]
    [InlineData("""{ "inventory": { "labels": { "": "b" } } }""")]
    [InlineData("""{ "inventory": { "unknown": true } }""")]
    public async Task of_a_join_is_refused(string change)
    {
        var host = shared.Host;
        var before = await CountNodesAsync(host);

        using var response = await PostAsync(host, "/api/nodes/join", ValidJoin(), change);

        await AssertInvalidAsync(response);
        Assert.Equal(before, await CountNodesAsync(host));
    }

    [Fact]
    public async Task of_a_join_with_a_huge_name_is_refused()
    {
        var host = shared.Host;

        using var name = await PostAsync(
            host,
            "/api/nodes/join",
            ValidJoin(),
            $$"""{ "name": "{{new string('x', 100_000)}}" }"""
        );
        using var label = await PostAsync(
            host,
            "/api/nodes/join",
            ValidJoin(),
            $$"""{ "inventory": { "labels": { "a": "{{new string('x', 100_000)}}" } } }"""
        );

        await AssertInvalidAsync(name);
        await AssertInvalidAsync(label);
    }

    [Theory]
    [InlineData("""{ "expiresInHours": 0 }""")]
    [InlineData("""{ "expiresInHours": -3 }""")]
    [InlineData("""{ "expiresInHours": 1e200 }""")]
    [InlineData("""{ "expiresInHours": "soon" }""")]
    [InlineData("""{ "name": "" }""")]
    [InlineData("""{ "scope": "all" }""")]
    public async Task of_a_join_token_is_refused(string body)
    {
        var host = shared.Host;

        using var response = await PostAsync(host, "/api/nodes/join-tokens", "{}", body);

        await AssertInvalidAsync(response);
    }

    [Theory]
    [InlineData("""{ "nodeId": "00000000-0000-0000-0000-000000000000" }""")]
    [InlineData("""{ "at": "yesterday" }""")]
    [InlineData("""{ "extra": 1 }""")]
    [InlineData("""{ "inventory": { "cpus": 0 } }""")]
    [InlineData("""{ "inventory": { "memoryMiB": -1 } }""")]
    [InlineData("""{ "usage": { "cpu": -0.1 } }""")]
    [InlineData("""{ "usage": { "cpu": 1.5 } }""")]
    [InlineData("""{ "usage": { "memoryUsedMiB": -1 } }""")]
    [InlineData("""{ "usage": { "gpus": null } }""")]
    [InlineData("""{ "usage": { "gpus": [{ "index": 0, "utilization": 7, "memoryUsedMiB": 1 }] } }""")]
    [InlineData("""{ "attempts": null }""")]
    [InlineData("""{ "attempts": [null] }""")]
    [InlineData("""{ "attempts": [{ "jobId": "0198a000-0000-7000-8000-000000000001", "attempt": 0 }] }""")]
    public async Task of_a_heartbeat_is_refused(string change)
    {
        var host = shared.Host;
        var id = await host.JoinAsync();
        var body = JsonSerializer.Serialize(NodesHost.Heartbeat(id), JsonSerializerOptions.Web);

        using var response = await PostAsync(host, "/api/nodes/heartbeat", body, change);

        await AssertInvalidAsync(response);
        Assert.Equal("node_joined", await host.HistoryAsync(id));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=100000")]
    [InlineData("limit=x")]
    [InlineData("cursor=invalid")]
    public async Task of_a_query_of_the_queue_is_refused(string query)
    {
        var host = shared.Host;

        using var response = await host.Http.GetAsync($"/api/nodes/placements?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("POST", "0198a000-0000-7000-8000-000000000001/drain")]
    [InlineData("POST", "0198a000-0000-7000-8000-000000000001/resume")]
    [InlineData("GET", "0198a000-0000-7000-8000-000000000001")]
    [InlineData("DELETE", "0198a000-0000-7000-8000-000000000001")]
    [InlineData("GET", "unknown")]
    public async Task of_a_path_is_not_found(string method, string path)
    {
        var host = shared.Host;
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/nodes/{path}");

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    private static async Task<int> CountNodesAsync(NodesHost host) =>
        (await host.DumpAsync("node", "node_heartbeat")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private static string ValidJoin() =>
        JsonSerializer.Serialize(
            new JoinRequest
            {
                NodeId = Guid.CreateVersion7(),
                Name = "lab1",
                Token = NodesHost.JoinToken,
                Inventory = NodesHost.Inventory(),
            },
            JsonSerializerOptions.Web
        );

    /// <summary>Posts a body with some fields replaced; objects are merged.</summary>
    private static Task<HttpResponseMessage> PostAsync(NodesHost host, string path, string body, string change)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        Merge(json, JsonNode.Parse(change)!.AsObject());
        return host.Http.PostAsync(path, new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json"));
    }

    private static async Task AssertInvalidAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("Platform.", problem, StringComparison.Ordinal);
    }

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach (var (name, value) in change)
        {
            if (value is JsonObject inner && target[name] is JsonObject existing)
            {
                Merge(existing, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }
}
