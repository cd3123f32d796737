using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Metrics;

[Trait("suite", "integration")]
public sealed class Logging_metrics(TrackingHost host) : IClassFixture<TrackingHost>
{
    private static readonly DateTimeOffset _start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    [Trait("check", "RUN-04")]
    public async Task assigns_steps_when_none_is_given()
    {
        var id = await host.CreateRunAsync();

        await host.LogAsync(id, new { key = "loss", value = 0.5 }, new { key = "loss", value = 0.4 });
        await host.LogAsync(id, new { key = "loss", value = 0.3 }, new { key = "accuracy", value = 0.1 });
        await host.LogAsync(
            id,
            new
            {
                key = "loss",
                step = 10,
                value = 0.2,
            },
            new { key = "loss", value = 0.1 }
        );
        await host.LogAsync(id, new { key = "loss", value = 0.05 });

        Assert.Equal("[1,2,3,10,11,12]", (await SeriesAsync(id, "loss"))["steps"]!.ToJsonString());
        Assert.Equal("[1]", (await SeriesAsync(id, "accuracy"))["steps"]!.ToJsonString());
    }

    [Fact]
    [Trait("check", "RUN-04")]
    public async Task keeps_the_stage()
    {
        var id = await host.CreateRunAsync();

        await host.LogAsync(
            id,
            Point("loss", 1, 0.5, stage: "warm-up"),
            Point("loss", 2, 0.4, stage: "train"),
            Point("loss", 3, 0.3)
        );

        Assert.Equal("""["warm-up","train",null]""", (await SeriesAsync(id, "loss"))["stages"]!.ToJsonString());
    }

    [Fact]
    [Trait("check", "RUN-05")]
    public async Task keeps_values_that_JSON_numbers_cannot_hold()
    {
        var id = await host.CreateRunAsync();
        await host.SendAsync(
            HttpMethod.Post,
            $"/api/runs/{id}/metrics",
            """
            {"points":[{"key":"x","step":1,"value":"NaN"},{"key":"x","step":2,"value":"Infinity"},
             {"key":"x","step":3,"value":-1.5},{"key":"x","step":4,"value":"-Infinity"},{"key":"x","step":5,"value":null}]}
            """,
            HttpStatusCode.OK
        );

        Assert.Equal(
            """["NaN","Infinity",-1.5,"-Infinity","NaN"]""",
            (await SeriesAsync(id, "x"))["values"]!.ToJsonString()
        );
        var run = await host.GetAsync($"/api/runs/{id}");
        Assert.Equal("NaN", run["latest"]!["x"]!["value"]!.GetValue<string>());
        Assert.Equal("""{"step":4,"value":"-Infinity"}""", run["metrics"]!["x"]!["min"]!.ToJsonString());
        Assert.Equal("""{"step":2,"value":"Infinity"}""", run["metrics"]!["x"]!["max"]!.ToJsonString());
    }

    [Theory]
    [Trait("check", "RUN-06")]
    [InlineData("max", 3, 0.9)]
    [InlineData("min", 1, 0.1)]
    public async Task finds_the_best_value_after_logging_out_of_order(string mode, long step, double value)
    {
        var id = await host.CreateRunAsync();
        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{id}",
            new { primaryMetric = new { name = "accuracy", mode } },
            HttpStatusCode.OK
        );

        await host.LogAsync(id, Point("accuracy", 7, 0.9), Point("accuracy", 5, 0.5), Point("accuracy", 9, double.NaN));
        await host.LogAsync(id, Point("accuracy", 3, 0.9));
        await host.LogAsync(id, Point("accuracy", 4, 0.1), Point("accuracy", 1, 0.1), Point("accuracy", 8, 0.4));

        var run = await host.GetAsync($"/api/runs/{id}");
        Assert.Equal(step, run["best"]!["accuracy"]!["step"]!.GetValue<long>());
        Assert.Equal(value, run["best"]!["accuracy"]!["value"]!.GetValue<double>());
        Assert.Equal(9, run["latest"]!["accuracy"]!["step"]!.GetValue<long>());
        Assert.Equal(7, run["metrics"]!["accuracy"]!["count"]!.GetValue<long>());
        Assert.Equal("[1,3,4,5,7,8,9]", (await SeriesAsync(id, "accuracy"))["steps"]!.ToJsonString());
    }

    [Fact]
    [Trait("check", "RUN-06")]
    public async Task takes_the_latest_time_of_equal_steps_as_the_latest_point()
    {
        var id = await host.CreateRunAsync();

        await host.LogAsync(
            id,
            Point("x", 2, 0.3, at: _start.AddSeconds(3)),
            Point("x", 2, 0.5, at: _start.AddSeconds(5)),
            Point("x", 2, 0.4, at: _start.AddSeconds(4)),
            Point("x", 1, 0.9, at: _start.AddSeconds(9))
        );

        var run = await host.GetAsync($"/api/runs/{id}");
        Assert.Equal(0.5, run["latest"]!["x"]!["value"]!.GetValue<double>());
    }

    [Fact]
    public async Task again_changes_nothing()
    {
        var id = await host.CreateRunAsync();
        var points = Enumerable
            .Range(1, 500)
            .SelectMany(i => new[] { Point("loss", i, 1.0 / i), Point("accuracy", i, i / 500.0) })
            .ToArray();
        var first = await host.LogAsync(id, points);
        var before = await AnswersAsync(id);

        var again = await host.LogAsync(id, points);
        var one = await host.LogAsync(id, points[17]);
        // The first value of a point counts: a repeat with another value does not change it.
        await host.LogAsync(id, Point("loss", 1, -100));

        Assert.Equal(1000, first["stored"]!.GetValue<int>());
        Assert.Equal(0, again["stored"]!.GetValue<int>());
        Assert.Equal(0, one["stored"]!.GetValue<int>());
        Assert.Equal(before, await AnswersAsync(id));
    }

    [Fact]
    public async Task partly_again_stores_what_is_new()
    {
        var id = await host.CreateRunAsync();
        await host.LogAsync(id, [.. Enumerable.Range(1, 100).Select(i => Point("loss", i, 1.0 / i))]);

        var overlapping = await host.LogAsync(
            id,
            [
                .. Enumerable.Range(50, 100).Select(i => Point("loss", i, 1.0 / i)),
                Point("loss", 149, 1.0 / 149),
                Point("loss", 1, 777),
                Point("loss", 60, -777),
            ]
        );

        Assert.Equal(49, overlapping["stored"]!.GetValue<int>());
        var loss = (await host.GetAsync($"/api/runs/{id}"))["metrics"]!["loss"]!;
        Assert.Equal(149, loss["count"]!.GetValue<int>());
        Assert.Equal(1, loss["max"]!["step"]!.GetValue<int>());
        Assert.Equal(149, loss["min"]!["step"]!.GetValue<int>());
    }

    [Fact]
    public async Task from_many_writers_loses_and_duplicates_nothing()
    {
        var id = await host.CreateRunAsync();

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async writer =>
                {
                    for (var batch = 0; batch < 10; batch++)
                    {
                        var first = batch * 20;
                        var points = Enumerable
                            .Range(first, 20)
                            .SelectMany(i =>
                                new[]
                                {
                                    Point("shared", (writer * 1000) + i, (writer * 1000) + i),
                                    Point($"own-{writer}", i, -i),
                                }
                            )
                            .ToArray();
                        await host.LogAsync(id, points);
                        await host.LogAsync(id, points);
                    }
                })
        );

        var run = await host.GetAsync($"/api/runs/{id}");
        var shared = run["metrics"]!["shared"]!;
        Assert.Equal(1600, shared["count"]!.GetValue<int>());
        Assert.Equal("""{"step":7199,"value":7199}""", shared["max"]!.ToJsonString());
        Assert.Equal(7199, run["latest"]!["shared"]!["step"]!.GetValue<int>());
        Assert.All(
            Enumerable.Range(0, 8),
            writer => Assert.Equal(200, run["metrics"]![$"own-{writer}"]!["count"]!.GetValue<int>())
        );
        Assert.Equal(1600, (await SeriesAsync(id, "shared"))["steps"]!.AsArray().Count);
    }

    [Fact]
    [Trait("check", "RUN-04")]
    public async Task from_many_writers_without_steps_assigns_each_step_once()
    {
        var id = await host.CreateRunAsync();

        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(_ => host.LogAsync(id, new { key = "x", value = 1 }, new { key = "x", value = 2 }))
        );

        Assert.Equal(
            Enumerable.Range(1, 40),
            (await SeriesAsync(id, "x"))["steps"]!.AsArray().Select(step => step!.GetValue<int>())
        );
    }

    [Fact]
    public async Task accepts_as_many_points_as_a_request_may_have()
    {
        var id = await host.CreateRunAsync();

        var logged = await host.LogAsync(
            id,
            [
                .. Enumerable
                    .Range(0, 10_000)
                    .Select(i =>
                        (object)
                            new
                            {
                                key = $"k{i % 100}",
                                step = i,
                                value = i,
                            }
                    ),
            ]
        );

        Assert.Equal(10_000, logged["stored"]!.GetValue<int>());
        Assert.Equal(100, (await host.GetAsync($"/api/runs/{id}/metrics/keys"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task is_possible_after_the_end_of_the_run()
    {
        var id = await host.CreateRunAsync();
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", "{}", HttpStatusCode.OK);

        var logged = await host.LogAsync(id, Point("loss", 1, 0.5));

        Assert.Equal(1, logged["stored"]!.GetValue<int>());
    }

    private static JsonObject Point(
        string key,
        long step,
        double value,
        DateTimeOffset? at = null,
        string? stage = null
    ) =>
        new JsonObject
        {
            ["key"] = key,
            ["step"] = step,
            ["at"] = (at ?? _start.AddSeconds(step)).ToString("O"),
            ["value"] = double.IsNaN(value) ? "NaN" : value,
            ["stage"] = stage,
        };

    private async Task<JsonNode> SeriesAsync(string id, string key) =>
        (await host.GetAsync($"/api/runs/{id}/metrics?keys={key}"))["series"]![0]!;

    private async Task<string> AnswersAsync(string id) =>
        (await host.GetAsync($"/api/runs/{id}")).ToJsonString()
        + (await host.GetAsync($"/api/runs/{id}/metrics")).ToJsonString();
}
