using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Metrics;

[Trait("suite", "integration")]
public sealed class Reading_metrics_of_runs(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task returns_those_that_there_are_in_the_requested_order()
    {
        var (one, other) = (await LoggedAsync(1, 2, 3), await LoggedAsync(4, 5));

        var answer = await QueryAsync(new { runs = new[] { other, "none", one }, keys = new[] { "loss", "absent" } });

        var runs = answer["runs"]!.AsArray();
        Assert.Equal([other, one], runs.Select(run => run!["id"]!.GetValue<string>()));
        Assert.Equal(["[4,5]", "[1,2,3]"], runs.Select(run => run!["series"]![0]!["steps"]!.ToJsonString()));
        Assert.Equal(["[]", "[]"], runs.Select(run => run!["series"]![1]!["steps"]!.ToJsonString()));
        Assert.All(runs, run => Assert.Equal(1, run!["batch"]!.GetValue<long>()));
    }

    [Fact]
    public async Task by_relative_time_has_the_seconds_since_the_start_of_each_run()
    {
        var id = await LoggedAsync(1, 2);
        var start = (await host.GetAsync($"/api/runs/{id}"))["startedAt"]!.GetValue<DateTimeOffset>();
        await host.LogAsync(
            id,
            new
            {
                key = "late",
                step = 9,
                at = start.AddSeconds(3),
                value = 1,
            },
            new
            {
                key = "late",
                step = 3,
                at = start.AddSeconds(90.5),
                value = 2,
            }
        );

        var answer = await QueryAsync(
            new
            {
                runs = new[] { id },
                keys = new[] { "late" },
                x = "relative",
            }
        );
        var one = await host.GetAsync($"/api/runs/{id}/metrics?keys=late&x=time");

        var series = answer["runs"]![0]!["series"]![0]!;
        Assert.Equal("[9,3]", series["steps"]!.ToJsonString());
        Assert.Equal(
            [3, 90.5],
            series["seconds"]!.AsArray().Select(second => Math.Round(second!.GetValue<double>(), 2))
        );
        Assert.Equal("[9,3]", one["series"]![0]!["steps"]!.ToJsonString());
        Assert.Null(one["series"]![0]!["seconds"]);
    }

    [Fact]
    public async Task of_one_run_can_be_of_a_time_or_of_what_was_stored_since()
    {
        var id = await LoggedAsync(10, 20, 30);
        var read = await host.GetAsync($"/api/runs/{id}/metrics");
        await LogAsync(id, 5);

        var since = await host.GetAsync($"/api/runs/{id}/metrics?after={read["batch"]}");
        var ranged = await host.GetAsync(
            $"/api/runs/{id}/metrics?fromTime=2026-01-01T00:00:10Z&toTime=2026-01-01T00:00:20Z"
        );

        Assert.Equal("[5]", since["series"]![0]!["steps"]!.ToJsonString());
        Assert.Equal("[10,20]", ranged["series"]![0]!["steps"]!.ToJsonString());
    }

    [Fact]
    public async Task refuses_what_is_no_run_key_axis_or_number_of_points()
    {
        var id = await host.CreateRunAsync();
        var one = new[] { id };
        foreach (
            var body in new object[]
            {
                new { runs = Array.Empty<string>() },
                new { runs = Enumerable.Repeat(id, 101) },
                new { runs = new[] { "no id" } },
                new { runs = one, keys = new[] { "a\0b" } },
                new { runs = one, x = "epoch" },
                new { runs = one, points = 3 },
            }
        )
        {
            await host.SendAsync(HttpMethod.Post, "/api/runs/metrics/query", body, HttpStatusCode.BadRequest);
        }

        await host.GetAsync($"/api/runs/{id}/metrics?x=epoch", HttpStatusCode.BadRequest);
    }

    private Task<JsonNode> QueryAsync(object body) =>
        host.SendAsync(HttpMethod.Post, "/api/runs/metrics/query", body, HttpStatusCode.OK);

    private async Task<string> LoggedAsync(params int[] steps)
    {
        var id = await host.CreateRunAsync();
        await LogAsync(id, steps);
        return id;
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
                            at = $"2026-01-01T00:00:{step:00}Z",
                            value = step,
                        }
                ),
            ]
        );
}
