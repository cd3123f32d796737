using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests.Faults;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Killing_parts_of_the_platform(TwoNodeCluster cluster)
{
    [Fact]
    public async Task such_as_the_jobs_service_during_a_job_loses_nothing()
    {
        var id = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 80, pause: 0.1));
        await cluster.Api.WaitForStepsAsync(id, 10);

        await cluster.KillAsync("jobs");
        await cluster.UpAsync();

        await cluster.Api.AssertCountedAsync(id, steps: 80);
        await cluster.AssertNothingRemainsAsync();
    }

    [Fact]
    public async Task such_as_the_nodes_service_before_a_start_only_delays_the_start()
    {
        var agents = new[] { await cluster.PidAsync("agent-1"), await cluster.PidAsync("agent-2") };
        var nodes = await cluster.PidAsync("nodes");
        Array.ForEach(agents, Processes.Freeze);
        Guid id;
        try
        {
            id = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 20, pause: 0.05));
            await cluster.Api.WaitForStatusAsync(id, "placed");
            Processes.Kill(nodes);
            await Processes.WaitForEndAsync(nodes, "nodes");
        }
        finally
        {
            Array.ForEach(agents, Processes.Thaw);
        }

        await cluster.UpAsync();

        await cluster.Api.AssertCountedAsync(id, steps: 20);
        await cluster.AssertNothingRemainsAsync();
    }

    [Fact]
    [Trait("check", "JOB-03")]
    [Trait("check", "JOB-06")]
    public async Task such_as_an_agent_moves_its_job_to_another_node_and_fences_the_old_training()
    {
        var id = await cluster.Api.SubmitAsync(
            CountingJob.Create(steps: 1200, pause: 0.05, maxAttempts: 3, laterPause: 0.005)
        );
        await cluster.Api.WaitForStepsAsync(id, 20);
        await cluster.Api.WaitForCheckpointAsync(id);
        var first = await NodeOfAsync(id);
        var old = Processes.WithEnvironment($"PLATFORM_JOB_ID={id}");

        await cluster.KillAsync(first.Name);
        IReadOnlyList<string> events;
        try
        {
            await AssertMovesToAnotherNodeAsync(id, first.Id, old);
            events = await cluster.Api.HistoryAsync(id);
        }
        finally
        {
            await cluster.UpAsync();
        }

        await WaitFor.ConditionAsync(
            "the old training to be stopped",
            () => Task.FromResult(!old.Any(Processes.IsAlive))
        );
        await cluster.AssertNothingRemainsAsync();
        Assert.Equal(events, await cluster.Api.HistoryAsync(id));
        await cluster.Api.AssertKeptAsync(id, steps: 1200);
    }

    private async Task AssertMovesToAnotherNodeAsync(Guid id, Guid firstNode, IReadOnlyList<int> old)
    {
        using var stalls = new Stalls(cluster.Data);
        await WaitFor.ConditionAsync(
            "the second attempt to be placed",
            async () =>
                (await JobAsync(id)) is var job
                && job["attempt"]!.GetValue<int>() == 2
                && job["nodes"]!.AsArray().Count > 0,
            TimeSpan.FromSeconds(60)
        );
        // A node is lost after 12 s without a heartbeat; beyond that only the check (every second) and placing take
        // time.
        var latest = TimeSpan.FromSeconds(15) + stalls.Sum;
        Assert.InRange(await PlacedAtAsync(id) - await LastHeartbeatAsync(firstNode), TimeSpan.FromSeconds(12), latest);
        Assert.NotEqual(firstNode, (await NodeOfAsync(id)).Id);
        await AssertFencedAsync(id, old);

        var done = await cluster.Api.WaitForStatusAsync(id, "succeeded");
        await AssertEndAsync(id, done);
        Assert.All(
            old,
            pid => Assert.True(Processes.IsAlive(pid), "the old training has already ended, so the test proves nothing")
        );
    }

    private async Task AssertEndAsync(Guid id, JsonNode done)
    {
        Assert.Equal(2, done["attempt"]!.GetValue<int>());
        var log = await cluster.Api.LogAsync(id, attempt: 2);
        var resumedAt = 1200 - CountingJob.StepsIn(log) + 1;
        Assert.True(resumedAt > 1, "the second attempt started from the beginning");
        Assert.Equal(CountingJob.Lines(resumedAt, 1200), CountingJob.StepsOnly(log));
        // Steps after the checkpoint were measured twice; none is missing.
        await cluster.Api.WaitForMeasuredStepsAsync(done["runId"]!.GetValue<string>(), "value", 1200);
        var events = (await cluster.Api.GetAsync($"/api/jobs/{id}/events"))["items"]!.AsArray();
        Assert.Single(events, entry => entry!["type"]!.GetValue<string>() == "job_succeeded");
    }

    private async Task<DateTimeOffset> LastHeartbeatAsync(Guid node) =>
        (await cluster.Api.GetAsync($"/api/nodes/{node}"))["lastHeartbeatAt"]!.GetValue<DateTimeOffset>();

    /// <summary>When the job was placed for the last time.</summary>
    private async Task<DateTimeOffset> PlacedAtAsync(Guid id) =>
        (await cluster.Api.GetAsync($"/api/jobs/{id}/events"))["items"]!
            .AsArray()
            .Last(entry => entry!["type"]!.GetValue<string>() == "job_placed")!["at"]!.GetValue<DateTimeOffset>();

    /// <summary>Checks that the old training's token and attempt number no longer allow any change.</summary>
    private async Task AssertFencedAsync(Guid id, IReadOnlyList<int> old)
    {
        var token = Processes.Variable(old[^1], "PLATFORM_TOKEN");
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await PostAsync($"/api/jobs/{id}/logs?attempt=1&offset=0", "late output", "octet-stream")
        );
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync($"/api/jobs/{id}/cancel", ""));
        // Other services learn of the second attempt through a message.
        var run = $"{(await JobAsync(id))["runId"]}";
        await WaitForRefusalAsync("/api/artifacts/count/versions", """{"files":[]}""");
        await WaitForRefusalAsync($"/api/runs/{run}/metrics", """{"points":[{"key":"intruder","step":1,"value":1}]}""");

        Task WaitForRefusalAsync(string path, string body) =>
            WaitFor.ConditionAsync(
                $"{path} to refuse the old attempt",
                async () => await PostAsync(path, body) is HttpStatusCode.Conflict
            );

        async Task<HttpStatusCode> PostAsync(string path, string body, string type = "json")
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new StringContent(body, Encoding.UTF8, $"application/{type}"),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await cluster.Api.Http.SendAsync(request);
            return response.StatusCode;
        }
    }

    private Task<JsonNode> JobAsync(Guid id) => cluster.Api.GetAsync($"/api/jobs/{id}");

    private async Task<(Guid Id, string Name)> NodeOfAsync(Guid jobId)
    {
        var nodes = (await cluster.Api.GetAsync("/api/nodes"))["items"]!.AsArray();
        var node = nodes.Single(entry =>
            entry!["leases"]!.AsArray().Any(lease => lease!["jobId"]!.GetValue<Guid>() == jobId)
        )!;
        return (node["id"]!.GetValue<Guid>(), node["name"]!.GetValue<string>());
    }
}
