using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests;

/// <summary>The trace of a request goes on through messages and services to the process on the node.</summary>
[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Tracing_a_job(LocalCluster cluster)
{
    [Fact]
    public async Task from_its_submission_to_each_of_its_processes_is_one_trace()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs");
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        request.Content = JsonContent.Create(
            new
            {
                name = "traced",
                project = "e2e/traces",
                command = new[] { "/bin/sh", "-c", "echo $TRACEPARENT; [ $PLATFORM_ATTEMPT = 2 ]" },
                retry = new { maxAttempts = 2, backoffSeconds = 0 },
            }
        );

        using var response = await cluster.Api.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        var id = (await response.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.GetValue<Guid>();
        await cluster.Api.WaitForStatusAsync(id, "succeeded");

        foreach (var attempt in new[] { 1, 2 })
        {
            Assert.Matches(
                $"^00-{trace}-[0-9a-f]{{16}}-01\n$",
                await cluster.Api.Http.GetStringAsync($"/api/jobs/{id}/logs?attempt={attempt}")
            );
        }
    }
}
