using System.Net;

namespace Platform.Tracking.Tests.Runs;

[Trait("suite", "integration")]
public sealed class A_training_that_sends_heartbeats(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task is_interrupted_when_it_is_silent_and_runs_again_when_it_is_heard_of()
    {
        var silent = await host.CreateRunAsync();
        var without = await host.CreateRunAsync();
        await SendHeartbeatAsync(silent);

        await WaitFor.ConditionAsync("it to be given up", async () => await StatusAsync(silent) is "interrupted");
        Assert.Equal("running", await StatusAsync(without));

        await SendHeartbeatAsync(silent);
        Assert.Equal("running", await StatusAsync(silent));
        Assert.Null((await host.GetAsync($"/api/runs/{silent}"))["endedAt"]);
    }

    [Fact]
    public async Task may_say_how_it_really_ended_after_it_was_given_up()
    {
        var run = await host.CreateRunAsync();
        await SendHeartbeatAsync(run);
        await WaitFor.ConditionAsync("it to be given up", async () => await StatusAsync(run) is "interrupted");

        await host.SendAsync(HttpMethod.Post, $"/api/runs/{run}/finish", new { status = "failed" }, HttpStatusCode.OK);

        Assert.Equal("failed", await StatusAsync(run));
    }

    [Fact]
    public async Task leaves_a_run_that_has_ended_as_it_is()
    {
        var run = await host.CreateRunAsync();
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{run}/finish", new { }, HttpStatusCode.OK);
        await SendHeartbeatAsync(run);
        Assert.Equal("finished", await StatusAsync(run));
    }

    [Fact]
    public async Task leaves_a_run_in_the_recycle_bin_as_it_is()
    {
        var run = await host.CreateRunAsync();
        await SendHeartbeatAsync(run);
        await WaitFor.ConditionAsync("it to be given up", async () => await StatusAsync(run) is "interrupted");
        await host.SendAsync(HttpMethod.Delete, $"/api/runs/{run}", body: null, HttpStatusCode.OK);
        await SendHeartbeatAsync(run);
        Assert.Equal("interrupted", await StatusAsync(run));
    }

    [Theory]
    [InlineData("?attempt=x", "", HttpStatusCode.BadRequest)]
    [InlineData("", "{", HttpStatusCode.NoContent)]
    [InlineData("", null, HttpStatusCode.RequestEntityTooLarge)]
    public async Task says_no_more_than_that(string query, string? body, HttpStatusCode expected)
    {
        var run = await host.CreateRunAsync();
        using var content = new StringContent(body ?? new string('a', 2000));
        using var answer = await host.Http.PostAsync($"/api/runs/{run}/heartbeat{query}", content);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public Task of_an_unknown_run_is_not_found() =>
        host.SendAsync(HttpMethod.Post, "/api/runs/none/heartbeat", body: null, HttpStatusCode.NotFound);

    private async Task SendHeartbeatAsync(string run)
    {
        using var answer = await host.Http.PostAsync($"/api/runs/{run}/heartbeat", content: null);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private async Task<string> StatusAsync(string run) =>
        (await host.GetAsync($"/api/runs/{run}"))["status"]!.GetValue<string>();
}
