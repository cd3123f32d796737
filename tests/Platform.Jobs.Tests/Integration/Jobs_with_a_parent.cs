using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.EventStore;
using Platform.Jobs.Training;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Jobs_with_a_parent : WithJobsHost
{
    private protected override (string Key, string Value)[] Settings => [("Jobs:ResumeInterval", "00:00:00.300")];

    [Fact]
    public async Task are_listed_and_counted()
    {
        var parent = await Host.SubmitAsync();
        Assert.Null((await Host.JobAsync(parent))["children"]);

        var (first, second) = (await ChildAsync(parent), await ChildAsync(parent));
        await Host.SubmitAsync();
        await Host.WaitForAsync(first, "running");
        await Host.WaitForAsync(second, "running");
        await Cluster.ExitAsync(first);
        await Host.WaitForAsync(first, "succeeded");

        Assert.Equal("""{"running":1,"succeeded":1}""", (await Host.JobAsync(parent))["children"]!.ToJsonString());
        Assert.Equal(parent, (await Host.JobAsync(first))["parentId"]!.GetValue<Guid>());
        Assert.Null((await Host.JobAsync(parent))["parentId"]);
        var list = await Host.GetAsync($"/api/jobs?parent={parent}&sort=submittedAt");
        Assert.Equal(2, list["total"]!.GetValue<int>());
        Assert.Equal([first, second], list["items"]!.AsArray().Select(job => job!["id"]!.GetValue<Guid>()));
        Assert.Equal(parent, list["items"]![0]!["parentId"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task are_cancelled_with_it_and_with_theirs()
    {
        var parent = await RunningAsync(await Host.SubmitAsync());
        var child = await RunningAsync(await ChildAsync(parent));
        var grandchild = await RunningAsync(await ChildAsync(child));
        var ended = await RunningAsync(await ChildAsync(parent));
        await Cluster.ExitAsync(ended);
        await Host.WaitForAsync(ended, "succeeded");
        var other = await RunningAsync(await Host.SubmitAsync());
        Cluster.OnRequest = _ => null;
        var waiting = await ChildAsync(parent);
        // The parent ends last: then the search for forgotten children, which has no user, cannot be quicker.
        var answer = Cluster.OnStop;
        Cluster.OnStop = request => request.JobId == parent ? null : answer(request);

        await CancelAsync(parent);

        await Host.WaitForAsync(child, "cancelled");
        await Host.WaitForAsync(grandchild, "cancelled");
        await Host.WaitForAsync(waiting, "cancelled");
        Cluster.OnStop = answer;
        await Host.WaitForAsync(parent, "cancelled");
        Assert.Equal("succeeded", (await Host.JobAsync(ended))["status"]!.GetValue<string>());
        Assert.Equal("running", (await Host.JobAsync(other))["status"]!.GetValue<string>());
        var events = (await Host.GetAsync($"/api/jobs/{child}/events"))["items"]!.AsArray();
        var stop = events.Single(e => e!["type"]!.GetValue<string>() == "stop_requested")!;
        Assert.Equal(SignedIn.Administrator.Subject, stop["actor"]!.GetValue<string>());
    }

    [Fact]
    public async Task are_cancelled_even_when_the_command_to_do_so_is_lost()
    {
        Cluster.OnRequest = _ => null;
        var parent = await Host.SubmitAsync();
        var child = await ChildAsync(parent);
        await CancelAsync(parent);
        await Host.WaitForAsync(child, "cancelled");

        // As if only the parent had been cancelled before a crash.
        await Host.Services.GetRequiredService<JobDecisions>().HandleAsync(child, new RetryJob(), new EventMetadata());

        await Host.WaitForAsync(child, "cancelled", attempt: 2);
    }

    [Fact]
    public async Task are_not_retried_after_it_was_cancelled()
    {
        Cluster.OnRequest = _ => null;
        var parent = await Host.SubmitAsync();
        var child = await ChildAsync(parent);
        await CancelAsync(parent);
        await Host.WaitForAsync(child, "cancelled");

        using var refused = await Host.Http.PostAsync($"/api/jobs/{child}/retry", null);

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
        Assert.Equal("job.parent-stopped", problem["code"]!.GetValue<string>());

        using var deleted = await Host.Http.DeleteAsync($"/api/jobs/{parent}");
        Assert.True(deleted.IsSuccessStatusCode);
        using var refusedAgain = await Host.Http.PostAsync($"/api/jobs/{child}/retry", null);
        problem = JsonNode.Parse(await refusedAgain.Content.ReadAsStringAsync())!;
        Assert.Equal("job.parent-in-bin", problem["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task need_one_that_has_not_ended_and_is_not_being_stopped()
    {
        var ended = await RunningAsync(await Host.SubmitAsync());
        await Cluster.ExitAsync(ended);
        await Host.WaitForAsync(ended, "succeeded");
        var stopping = await RunningAsync(await Host.SubmitAsync());
        Cluster.OnStop = _ => null;
        await CancelAsync(stopping);

        foreach (var parent in new[] { ended, stopping, Guid.CreateVersion7() })
        {
            using var refused = await SubmitChildAsync(parent);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
            Assert.NotNull(problem["errors"]!["parentId"]);
        }

        Assert.Equal(2, (await Host.GetAsync("/api/jobs"))["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task are_all_cancelled_or_refused_however_they_race_with_the_cancellation()
    {
        Cluster.OnRequest = _ => null;
        for (var round = 0; round < 5; round++)
        {
            var parent = await Host.SubmitAsync();
            var submissions = Enumerable.Range(0, 12).Select(_ => SubmitChildAsync(parent)).ToList();
            await CancelAsync(parent);
            foreach (var submission in submissions)
            {
                using var response = await submission;
                Assert.True(response.StatusCode is HttpStatusCode.Created or HttpStatusCode.BadRequest);
            }

            await WaitFor.ValueAsync(
                "every child to be cancelled",
                () => Host.GetAsync($"/api/jobs?parent={parent}&status=pending,queued,placed,running"),
                list => list["total"]!.GetValue<int>() == 0
            );
        }
    }

    [Fact]
    public async Task are_not_listed_by_what_is_no_id()
    {
        using var response = await Host.Http.GetAsync("/api/jobs?parent=digits");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task are_the_same_after_a_rebuild()
    {
        var parent = await Host.SubmitAsync();
        await ChildAsync(parent);
        await Host.Store.RebuildAsync("job_summary:v1");

        Assert.Equal(1, (await Host.GetAsync($"/api/jobs?parent={parent}"))["total"]!.GetValue<int>());
    }

    private async Task<Guid> RunningAsync(Guid id)
    {
        await Host.WaitForAsync(id, "running");
        return id;
    }

    private Task<Guid> ChildAsync(Guid parent) => Host.SubmitAsync(ChildRequest(parent));

    private Task<HttpResponseMessage> SubmitChildAsync(Guid parent) =>
        Host.Http.PostAsJsonAsync("/api/jobs", ChildRequest(parent));

    private static object ChildRequest(Guid parent) =>
        new
        {
            name = "child",
            command = new[] { "train" },
            parentId = parent,
        };

    private async Task CancelAsync(Guid id)
    {
        using var response = await Host.Http.PostAsync($"/api/jobs/{id}/cancel", null);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
