using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Live;

[Trait("suite", "integration")]
public sealed class Following_a_run(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task begins_before_the_first_point_and_ends_with_the_run()
    {
        var id = await host.CreateRunAsync();
        using var stream = await LiveStream.OpenAsync(host.Http, $"/api/runs/{id}/metrics/live");
        Assert.Equal("running", (await stream.NextAsync())!.Status);

        await LogAsync(id, 1, 2);
        var points = await stream.NextPointsAsync();
        await host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", new { name = "renamed" }, HttpStatusCode.OK);
        var changed = await stream.NextAsync();
        await LogAsync(id, 3);
        var more = await stream.NextPointsAsync();
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", "{}", HttpStatusCode.OK);
        var ended = await stream.NextAsync();
        var end = await stream.NextAsync();

        Assert.Equal([1, 2], points.Steps);
        Assert.Equal("1", points.Id);
        Assert.Equal("loss", points.Data["points"]![0]!["key"]!.GetValue<string>());
        Assert.Equal(0.5, points.Data["points"]![1]!["value"]!.GetValue<double>());
        Assert.Equal(("status", "running"), (changed!.Type, changed.Status));
        Assert.Equal([3], more.Steps);
        Assert.Equal(("status", "finished"), (ended!.Type, ended.Status));
        Assert.Equal(("end", "finished"), (end!.Type, end.Status));
        Assert.Null(await stream.NextAsync());
    }

    [Theory]
    [InlineData("after=x")]
    [InlineData("after=1.5")]
    public async Task says_what_is_wrong_with_a_parameter_to_a_client_that_accepts_events_only(string query)
    {
        var id = await host.CreateRunAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{id}/metrics/live?{query}");
        request.Headers.Add("Accept", "text/event-stream");

        using var answer = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal("bad-request.wrong-parameter", problem["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task resumes_after_the_last_event_seen()
    {
        var id = await host.CreateRunAsync();
        await LogAsync(id, 1);
        await LogAsync(id, 2);
        await LogAsync(id, 3);

        using var resumed = await LiveStream.OpenAsync(host.Http, $"/api/runs/{id}/metrics/live", lastEventId: "1");
        Assert.Equal([2], (await resumed.NextPointsAsync()).Steps);
        Assert.Equal([3], (await resumed.NextPointsAsync()).Steps);

        using var whole = await LiveStream.OpenAsync(host.Http, $"/api/runs/{id}/metrics/live?after=0");
        Assert.Equal([1], (await whole.NextPointsAsync()).Steps);
    }

    [Fact]
    public async Task continues_from_the_batch_of_a_read()
    {
        var id = await host.CreateRunAsync();
        await LogAsync(id, 1, 2, 3);
        var read = await host.GetAsync($"/api/runs/{id}/metrics");
        await LogAsync(id, 4);

        using var stream = await LiveStream.OpenAsync(host.Http, $"/api/runs/{id}/metrics/live?after={read["batch"]}");

        Assert.Equal([4], (await stream.NextPointsAsync()).Steps);
    }

    [Fact]
    public async Task sends_points_that_come_out_of_order_once_and_no_others()
    {
        var id = await host.CreateRunAsync();
        await LogAsync(id, 1, 2, 3, 7, 8, 9);
        using var stream = await LiveStream.OpenAsync(host.Http, $"/api/runs/{id}/metrics/live");
        await stream.NextAsync();

        await LogAsync(id, 2, 5, 8, 10);

        Assert.Equal([5, 10], (await stream.NextPointsAsync()).Steps);
    }

    [Fact]
    public async Task sends_only_the_requested_metrics()
    {
        var id = await host.CreateRunAsync();
        using var stream = await LiveStream.OpenAsync(host.Http, $"/api/runs/{id}/metrics/live?keys=accuracy");

        await LogAsync(id, 1);
        await host.LogAsync(
            id,
            new
            {
                key = "loss",
                step = 2,
                value = "NaN",
            },
            new
            {
                key = "accuracy",
                step = 2,
                value = "Infinity",
            }
        );

        var points = (await stream.NextPointsAsync()).Data["points"]!.AsArray();
        Assert.Equal("accuracy", Assert.Single(points)!["key"]!.GetValue<string>());
        Assert.Equal("Infinity", points[0]!["value"]!.GetValue<string>());
    }

    [Fact]
    public async Task sends_what_another_replica_stored()
    {
        await using var replica = await host.StartReplicaAsync();
        var id = await host.CreateRunAsync();
        using var stream = await LiveStream.OpenAsync(replica.Http, $"/api/runs/{id}/metrics/live");
        await stream.NextAsync();

        await LogAsync(id, 1);

        Assert.Equal([1], (await stream.NextPointsAsync()).Steps);
    }

    [Fact]
    public async Task loses_and_duplicates_nothing_while_many_write()
    {
        var id = await host.CreateRunAsync();
        using var one = await LiveStream.OpenAsync(host.Http, $"/api/runs/{id}/metrics/live");
        using var other = await LiveStream.OpenAsync(host.Http, $"/api/runs/{id}/metrics/live");

        var writing = Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async writer =>
                {
                    for (var i = 0; i < 30; i++)
                    {
                        await LogAsync(id, (i * 6) + writer);
                    }
                })
        );
        var seen = await Task.WhenAll(CollectAsync(one, 180), CollectAsync(other, 180));
        await writing;

        Assert.All(seen, steps => Assert.Equal(Enumerable.Range(0, 180), steps.Order()));
    }

    [Fact]
    public async Task is_kept_open_by_comments_while_nothing_happens()
    {
        var id = await host.CreateRunAsync();
        using var stream = await LiveStream.OpenAsync(host.Http, $"/api/runs/{id}/metrics/live");
        await stream.NextAsync();
        var next = stream.NextAsync();

        await WaitFor.ConditionAsync("two comments", () => Task.FromResult(stream.Comments >= 2));
        await LogAsync(id, 1);

        Assert.Equal([1], (await next)!.Steps);
    }

    [Theory]
    [InlineData("?after=x", null)]
    [InlineData("?keys=a%00b", null)]
    [InlineData("", "first")]
    public async Task refuses_an_invalid_position_or_key(string query, string? lastEventId)
    {
        var id = await host.CreateRunAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{id}/metrics/live{query}");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static async Task<List<int>> CollectAsync(LiveStream stream, int count)
    {
        var steps = new List<int>();
        while (steps.Count < count)
        {
            steps.AddRange((await stream.NextPointsAsync()).Steps);
        }

        return steps;
    }

    private Task<JsonNode> LogAsync(string id, params int[] steps) =>
        host.LogAsync(
            id,
            [
                .. steps.Select(step =>
                    (object)
                        new
                        {
                            key = "loss",
                            step,
                            at = $"2026-01-01T00:00:{step % 60:00}Z",
                            value = 1.0 / Math.Max(step, 1),
                        }
                ),
            ]
        );
}
