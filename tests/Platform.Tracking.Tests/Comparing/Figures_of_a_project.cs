using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Comparing;

[Trait("suite", "integration")]
public sealed class Figures_of_a_project(TrackingHost host) : IClassFixture<TrackingHost>
{
    private static readonly DateTimeOffset _monday = new(2026, 1, 5, 22, 0, 0, TimeSpan.Zero);

    [Fact]
    [Trait("check", "RUN-19")]
    public async Task equal_a_computation_by_hand()
    {
        var project = $"figures/{Guid.CreateVersion7():N}";
        await RunAsync(project, _monday, seconds: 100, "finished", 0.5, 0.25);
        await RunAsync($"{project}/below", _monday.AddHours(1), seconds: 200, "finished", 0.75, 0.5);
        await RunAsync(project, _monday.AddHours(3), seconds: 60, "failed", 1.5, double.NaN);
        await RunAsync(project, _monday.AddHours(4), seconds: 40, "interrupted");
        await RunAsync(project, _monday.AddDays(9), seconds: 0, status: null, 4, 2);
        // Neither of these counts.
        await RunAsync($"{project}0", _monday, seconds: 1000, "failed", 99);
        var deleted = await RunAsync(project, _monday, seconds: 1000, "failed", 99);
        await host.SendAsync(HttpMethod.Delete, $"/api/runs/{deleted}", body: null, HttpStatusCode.OK);

        var answer = await host.GetAsync($"/api/runs/analytics?project={project}&metric=loss");
        var weekly = await host.GetAsync($"/api/runs/analytics?project={project}&metric=loss&value=max&interval=week");

        Assert.Equal(5, answer["count"]!.GetValue<int>());
        Assert.Equal(
            """{"scheduled":0,"running":1,"finished":2,"failed":1,"interrupted":1}""",
            answer["byStatus"]!.ToJsonString()
        );
        Assert.Equal(2.0 / 4, answer["successRate"]!.GetValue<double>());
        Assert.Equal("""{"runs":4,"mean":100,"median":80,"min":40,"max":200}""", answer["duration"]!.ToJsonString());
        Assert.Equal(
            ["2026-01-05 2 2 0 0 150", "2026-01-06 2 0 1 1 50", "2026-01-14 1 0 0 0 "],
            answer["activity"]!
                .AsArray()
                .Select(one =>
                    $"{Day(one!)} {one!["runs"]} {one["finished"]} {one["failed"]} {one["interrupted"]} {one["meanDurationSeconds"]}"
                )
        );
        // The last value of each run; the one that ended with NaN has none.
        Assert.Equal(
            ["2026-01-05 2 0.375 0.25 0.5", "2026-01-14 1 2 2 2"],
            answer["trend"]!["points"]!.AsArray().Select(Trend)
        );
        Assert.Equal(
            [$"2026-01-05 3 {(0.5 + 0.75 + 1.5) / 3:R} 0.5 1.5", "2026-01-12 1 4 4 4"],
            weekly["trend"]!["points"]!.AsArray().Select(Trend)
        );
    }

    [Fact]
    public async Task are_of_the_project_itself_and_of_a_time_where_that_is_asked_for()
    {
        var project = $"figures/{Guid.CreateVersion7():N}";
        await RunAsync(project, _monday, seconds: 1, "finished");
        await RunAsync(project, _monday.AddDays(1), seconds: 1, "failed");
        await RunAsync($"{project}/below", _monday, seconds: 1, "failed");

        var exact = await host.GetAsync($"/api/runs/analytics?project={project}&exact=true");
        var first = await host.GetAsync(
            $"/api/runs/analytics?project={project}&from=2026-01-05T22:00:00Z&to=2026-01-06T22:00:00Z"
        );

        Assert.Equal(2, exact["count"]!.GetValue<int>());
        Assert.Equal(2, first["count"]!.GetValue<int>());
        Assert.Null(exact["trend"]);
    }

    [Fact]
    public async Task of_a_project_with_a_run_that_began_in_the_year_1_leave_it_out_of_durations()
    {
        var project = $"figures/{Guid.CreateVersion7():N}";
        await RunAsync(project, DateTimeOffset.MinValue, seconds: 60, "finished");

        var answer = await host.GetAsync($"/api/runs/analytics?project={project}");

        Assert.Equal(1, answer["byStatus"]!["finished"]!.GetValue<int>());
    }

    [Fact]
    public async Task of_a_project_without_runs_have_no_rates()
    {
        var answer = await host.GetAsync("/api/runs/analytics?project=figures/nothing&metric=loss");

        Assert.Equal(0, answer["count"]!.GetValue<int>());
        Assert.Null(answer["successRate"]);
        Assert.Null(answer["duration"]);
        Assert.Empty(answer["trend"]!["points"]!.AsArray());
    }

    [Theory]
    [InlineData("project=../x", "project")]
    [InlineData("interval=minute", "interval")]
    [InlineData("interval=Day", "interval")]
    [InlineData("value=mean", "value")]
    [InlineData("metric=%01", "metric")]
    [InlineData("from=2026-01-02&to=2026-01-01", "to")]
    public async Task are_refused_for_what_cannot_be_meant(string query, string field)
    {
        var problem = await host.GetAsync($"/api/runs/analytics?{query}", HttpStatusCode.BadRequest);

        Assert.NotNull(problem["errors"]![field]);
    }

    private async Task<string> RunAsync(
        string project,
        DateTimeOffset startedAt,
        int seconds,
        string? status,
        params double[] losses
    )
    {
        var run = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new { project, startedAt },
            HttpStatusCode.Created
        );
        var id = run["id"]!.GetValue<string>();
        await host.LogAsync(
            id,
            [
                .. losses.Select(
                    (value, step) =>
                        (object)
                            new
                            {
                                key = "loss",
                                step,
                                value = double.IsNaN(value) ? (object)"NaN" : value,
                            }
                ),
            ]
        );
        if (status is not null)
        {
            await host.SendAsync(
                HttpMethod.Post,
                $"/api/runs/{id}/finish",
                new { status, endedAt = startedAt.AddSeconds(seconds) },
                HttpStatusCode.OK
            );
        }

        return id;
    }

    private static string Trend(JsonNode? point) =>
        $"{Day(point!)} {point!["runs"]} {point["mean"]} {point["min"]} {point["max"]}";

    private static string Day(JsonNode point) => point["from"]!.GetValue<string>()[..10];
}
