using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Platform.Contracts.Agents;
using Platform.Contracts.Nodes;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
[Trait("check", "JOB-05")]
public sealed class Cancelling_a_job : WithJobsHost
{
    [Fact]
    public async Task ends_it_immediately_while_it_is_pending_and_releases_its_placement()
    {
        Cluster.OnRequest = _ => null;
        var id = await Host.SubmitAsync();

        var job = await CancelAsync(id);

        Assert.Equal("cancelled", job["status"]!.GetValue<string>());
        Assert.Equal("cancelled", job["reason"]!.GetValue<string>());
        await Host.WaitForSagaAsync(id, "Settled");
        Assert.Contains(Cluster.All<ReleasePlacement>(), release => release.JobId == id);
    }

    [Fact]
    public async Task ends_it_immediately_while_it_is_queued()
    {
        Cluster.OnRequest = request => new PlacementWaitingMessage
        {
            JobId = request.JobId,
            Attempt = request.Attempt,
            Reason = "busy",
        };
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "queued");

        Assert.Equal("cancelled", (await CancelAsync(id))["status"]!.GetValue<string>());
        await Host.WaitForSagaAsync(id, "Settled");
    }

    [Fact]
    public async Task stops_it_through_its_agent_once_it_is_placed()
    {
        Cluster.OnStart = _ => null;
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "placed");
        var stop = Cluster.OnStop;
        Cluster.OnStop = _ => null;

        Assert.True((await CancelAsync(id))["stopping"]!.GetValue<bool>());
        Cluster.OnStop = stop;
        await Host.WaitForAsync(id, "cancelled");
        Assert.Contains(Cluster.All<StopProcess>(), stop => stop.JobId == id && stop.Reason == "cancelled");
    }

    [Fact]
    public async Task stops_its_process_while_it_runs()
    {
        var id = await Host.SubmitAsync(JobsHost.Job(maxAttempts: 3));
        await Host.WaitForAsync(id, "running");
        var stop = Cluster.OnStop;
        Cluster.OnStop = _ => null;

        var job = await CancelAsync(id);
        Assert.Equal("running", job["status"]!.GetValue<string>());

        Cluster.OnStop = stop;
        await Host.WaitForAsync(id, "cancelled");
        await Host.WaitForSagaAsync(id, "Settled");
        Assert.Equal(
            ["job_submitted", "job_queued", "job_placed", "job_started", "stop_requested", "job_cancelled"],
            await Host.HistoryAsync(id)
        );
    }

    [Fact]
    public async Task is_sent_to_the_agent_until_it_answers()
    {
        Cluster.OnStop = stop =>
            Cluster.All<StopProcess>().Count() < 3 ? null : TestCluster.Exited(stop.JobId, stop.Attempt, stop.Reason);
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");

        await CancelAsync(id);

        await Host.WaitForAsync(id, "cancelled");
    }

    [Fact]
    public async Task ends_it_when_its_node_never_answers_and_is_lost()
    {
        Cluster.OnStop = _ => null;
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");
        await CancelAsync(id);

        Cluster.OnConfirm = confirm => TestCluster.Lost(confirm.JobId, confirm.Attempt);

        await Host.WaitForAsync(id, "cancelled");
    }

    [Fact]
    public async Task twice_changes_nothing_more()
    {
        Cluster.OnStop = _ => null;
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");

        await CancelAsync(id);
        await CancelAsync(id);

        Assert.Single(await Host.HistoryAsync(id), type => type == "stop_requested");
    }

    [Fact]
    [Trait("check", "JOB-02")]
    public async Task is_refused_once_it_has_ended()
    {
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");
        await Cluster.ExitAsync(id);
        await Host.WaitForAsync(id, "succeeded");

        using var cancel = await Host.Http.PostAsync($"/api/jobs/{id}/cancel", null);
        using var retry = await Host.Http.PostAsync($"/api/jobs/{id}/retry", null);

        await AssertProblemAsync(cancel, HttpStatusCode.Conflict, "/problems/job.invalid-transition");
        await AssertProblemAsync(retry, HttpStatusCode.Conflict, "/problems/job.invalid-transition");
    }

    [Fact]
    public async Task can_be_followed_by_a_retry()
    {
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");
        await CancelAsync(id);
        await Host.WaitForAsync(id, "cancelled");

        using var retry = await Host.Http.PostAsync($"/api/jobs/{id}/retry", null);
        Assert.Equal(HttpStatusCode.OK, retry.StatusCode);

        await Host.WaitForAsync(id, "running", attempt: 2);
        await Cluster.ExitAsync(id, attempt: 2);
        await Host.WaitForAsync(id, "succeeded", attempt: 2);
    }

    [Fact]
    public async Task honours_If_Match()
    {
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");
        using var seen = await Host.Http.GetAsync($"/api/jobs/{id}");
        Assert.Equal("\"4\"", seen.Headers.ETag!.Tag);

        using var stale = await PostAsync(id, "\"3\"");
        using var nonsense = await PostAsync(id, "\"x\"");
        await AssertProblemAsync(stale, HttpStatusCode.PreconditionFailed, "/problems/version-conflict");
        await AssertProblemAsync(nonsense, HttpStatusCode.PreconditionFailed, "/problems/version-conflict");
        Assert.DoesNotContain("stop_requested", await Host.HistoryAsync(id));

        // The job's end would be its next version.
        Cluster.OnStop = _ => null;
        using var current = await PostAsync(id, "\"4\"");
        Assert.Equal(HttpStatusCode.OK, current.StatusCode);
        Assert.Equal("\"5\"", current.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task needs_a_job_that_exists()
    {
        var unknown = Guid.CreateVersion7();
        foreach (var path in new[] { "cancel", "retry" })
        {
            using var response = await Host.Http.PostAsync($"/api/jobs/{unknown}/{path}", null);
            await AssertProblemAsync(response, HttpStatusCode.NotFound, "/problems/job.not-found");
        }

        foreach (var path in new[] { "", "/events", "/logs", "/logs?follow=true" })
        {
            using var response = await Host.Http.GetAsync($"/api/jobs/{unknown}{path}");
            await AssertProblemAsync(response, HttpStatusCode.NotFound, "/problems/job.not-found");
        }
    }

    private async Task<HttpResponseMessage> PostAsync(Guid id, string ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/jobs/{id}/cancel");
        request.Headers.IfMatch.Add(new EntityTagHeaderValue(ifMatch));
        return await Host.Http.SendAsync(request);
    }

    private async Task<JsonNode> CancelAsync(Guid id)
    {
        using var response = await Host.Http.PostAsync($"/api/jobs/{id}/cancel", null);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return JsonNode.Parse(body)!;
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string type)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(type, JsonNode.Parse(body)!["type"]!.GetValue<string>());
    }
}
