using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Services;

namespace Platform.Gateway.Tests.Proxy;

[Trait("suite", "integration")]
public sealed class In_front_of_services : IAsyncLifetime
{
    private const string Job = "0198c7a2-0000-7000-8000-000000000001";
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync();

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData("GET", "/api/jobs?status=running&limit=5", "jobs")]
    [InlineData("POST", "/api/jobs", "jobs")]
    [InlineData("POST", $"/api/jobs/{Job}/cancel", "jobs")]
    [InlineData("POST", $"/api/jobs/{Job}/logs?attempt=1&offset=0", "jobs")]
    [InlineData("GET", $"/api/jobs/{Job}/artifacts", "artifacts")]
    [InlineData("POST", $"/api/jobs/{Job}/artifacts", "artifacts")]
    [InlineData("GET", "/api/nodes", "nodes")]
    [InlineData("POST", "/api/nodes/join", "nodes")]
    [InlineData("GET", "/api/artifacts", "artifacts")]
    [InlineData("PUT", "/api/artifacts/model/aliases/best", "artifacts")]
    [InlineData("DELETE", "/api/artifacts/model/versions/1", "artifacts")]
    [InlineData("GET", "/api/runs", "tracking")]
    [InlineData("GET", "/api/runs/1/metrics/live", "tracking")]
    [InlineData("PATCH", "/api/runs/1", "tracking")]
    [InlineData("GET", "/api/runs/1/artifacts?limit=5", "artifacts")]
    public async Task each_path_has_its_service(string method, string path, string service)
    {
        using var answer = await _gateway.SendAsync(new HttpMethod(method), path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var seen = await answer.JsonAsync();
        Assert.Equal(service, (string?)seen["service"]);
        Assert.Equal(method, (string?)seen["method"]);
        Assert.Equal(path, $"{seen["path"]}{seen["query"]}");
        Assert.Equal("local", (string?)seen["subject"]);
    }

    [Fact]
    public async Task what_a_client_says_of_proxies_before_it_is_not_believed()
    {
        var token = await _gateway.TokenAsync("anna", "administrator");
        using var answer = await _gateway.SendAsync(
            HttpMethod.Get,
            "/api/jobs",
            token,
            headers:
            [
                ("X-Forwarded-Host", "evil.example"),
                ("X-Platform-Subject", "user:root"),
                ("X-Platform-Attempt", "9"),
            ]
        );
        var seen = await answer.JsonAsync();
        Assert.Equal(_gateway.Client.BaseAddress!.Authority, (string?)seen["forwarded"]);
        Assert.Equal(("user:anna", null), ((string?)seen["subject"], (string?)seen["attempt"]));
    }

    [Fact]
    public async Task a_caller_has_one_credential_for_many_requests()
    {
        using var first = await _gateway.SendAsync(HttpMethod.Get, "/api/jobs");
        using var second = await _gateway.SendAsync(HttpMethod.Get, "/api/runs");
        Assert.Equal(
            (string?)(await first.JsonAsync())["credential"],
            (string?)(await second.JsonAsync())["credential"]
        );
    }

    [Fact]
    public async Task a_range_of_a_file_passes()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/artifacts/model/versions/1/files/w.bin");
        request.Headers.Range = new RangeHeaderValue(10, 19);
        using var answer = await _gateway.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal("bytes 10-19/100", answer.Content.Headers.ContentRange?.ToString());
        Assert.Equal(Enumerable.Range(10, 10).Select(i => (byte)i), await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task a_followed_log_passes_line_by_line()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{Job}/logs?follow=true");
        using var answer = await _gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        for (var i = 0; i < 5; i++)
        {
            // Each line is written only after the one before has arrived.
            await _gateway["jobs"].Lines.Writer.WriteAsync($"line {i}");
            Assert.Equal($"data: line {i}", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal("", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        }
    }

    [Fact]
    public async Task a_dead_service_is_a_problem_document_that_names_it()
    {
        await _gateway.StopServiceAsync("jobs");
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/jobs");
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.BadGateway, "gateway.service-unavailable");
        Assert.Contains("'jobs'", (string?)problem["detail"], StringComparison.Ordinal);
        using var other = await _gateway.SendAsync(HttpMethod.Get, "/api/nodes");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task a_dead_service_is_one_line_of_the_log_without_a_stack_trace()
    {
        var address = _gateway["jobs"].Address;
        await _gateway.StopServiceAsync("jobs");
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/api/jobs");

        var (message, exception) = Assert.Single(_gateway.Log.Warnings);
        Assert.StartsWith(
            $"A request was not forwarded to \"jobs\" at \"{address}/\": Request, \"Connection refused",
            message,
            StringComparison.Ordinal
        );
        Assert.Null(exception);
        Assert.False(
            _gateway.Logger("Yarp.ReverseProxy.Forwarder.HttpForwarder").IsEnabled(LogLevel.Warning),
            "The console still gets what the proxy itself says."
        );
    }

    [Fact]
    [Trait("check", "MON-02")]
    public async Task ready_says_which_service_is_down_and_what_it_lacks()
    {
        await ReadyAsync(
            "all to be ready",
            (status, checks) => status == HttpStatusCode.OK && (string?)checks["jobs"]!["status"] == "healthy"
        );

        await _gateway.StopServiceAsync("jobs");
        _gateway["nodes"].Ready = false;

        await ReadyAsync(
            "the two to be named",
            (status, checks) =>
                status == HttpStatusCode.ServiceUnavailable
                && (string?)checks["jobs"]!["status"] == "unhealthy"
                && (string?)checks["jobs"]!["description"] == "Does not answer."
                && (string?)checks["nodes"]!["description"] == "Not ready: bus."
                && (string?)checks["tracking"]!["status"] == "healthy"
                && (string?)checks["database-gateway"]!["status"] == "healthy"
        );
        using var live = await _gateway.SendAsync(HttpMethod.Get, "/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        // Requests for the services that are ready still come here.
        using var self = await _gateway.SendAsync(HttpMethod.Get, "/health/self");
        Assert.Equal(HttpStatusCode.OK, self.StatusCode);
        Assert.Null((await self.JsonAsync())["checks"]!["jobs"]);
    }

    [Fact]
    public async Task it_tells_of_a_disk_of_a_service_that_fills_and_stays_ready()
    {
        const string Disk =
            """{"name":"artifacts","folders":["artifacts"],"usedPercent":96,"level":"full","acceptsBelow":94,"isShared":true}""";
        _gateway["artifacts"].Report = $$$"""
            {"status":"degraded","checks":{"disk":{"status":"degraded","description":"It is 96 % full."}},"disks":[{{{Disk}}}]}
            """;

        using var ready = await _gateway.SendAsync(HttpMethod.Get, "/health/ready");

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var report = await ready.JsonAsync();
        Assert.Equal("degraded", (string?)report["status"]);
        Assert.Equal(
            """{"status":"degraded","description":"It is 96 % full."}""",
            report["checks"]!["artifacts"]!.ToJsonString()
        );
        Assert.Equal(Disk, Assert.Single(report["disks"]!.AsArray())!.ToJsonString());
    }

    [Fact]
    [Trait("check", "MON-02")]
    public async Task it_is_alive_but_not_ready_without_its_database()
    {
        await _gateway.DropDatabaseAsync();

        using var self = await _gateway.SendAsync(HttpMethod.Get, "/health/self");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, self.StatusCode);

        using var ready = await _gateway.SendAsync(HttpMethod.Get, "/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var checks = (await ready.JsonAsync())["checks"]!;
        Assert.Equal("unhealthy", (string?)checks["database-gateway"]!["status"]);
        using var live = await _gateway.SendAsync(HttpMethod.Get, "/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        using var served = await _gateway.SendAsync(HttpMethod.Get, "/api/jobs");
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task one_description_holds_every_service()
    {
        using var answer = await _gateway.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        var document = await answer.JsonAsync();
        foreach (var service in ServiceCatalog.All.Select(each => each.Name))
        {
            var schema = (string?)
                document["paths"]![$"/api/{service}"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]![
                    "schema"
                ]!["$ref"];
            var name = schema!.Split('/')[^1];
            Assert.Equal(service, (string?)document["components"]!["schemas"]![name]!["description"]);
        }

        Assert.NotNull(document["paths"]!["/api/tokens"]);
        Assert.Single(
            document["components"]!["schemas"]!.AsObject(),
            schema => schema.Key.EndsWith("Shared", StringComparison.Ordinal)
        );
    }

    private async Task ReadyAsync(string what, Func<HttpStatusCode, JsonNode, bool> accept) =>
        await WaitFor.ValueAsync(
            what,
            async () =>
            {
                using var answer = await _gateway.SendAsync(HttpMethod.Get, "/health/ready");
                return (answer.StatusCode, Checks: (await answer.JsonAsync())["checks"]!);
            },
            seen => accept(seen.StatusCode, seen.Checks)
        );
}
