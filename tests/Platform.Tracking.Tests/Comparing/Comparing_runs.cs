using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Comparing;

[Trait("suite", "integration")]
public sealed class Comparing_runs(TrackingHost host) : IClassFixture<TrackingHost>
{
    private static readonly DateTimeOffset _start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    [Trait("check", "RUN-18")]
    public async Task returns_the_metrics_that_two_of_them_share_and_aligned_series()
    {
        var one = await CreateAsync(new { lr = 0.1, seed = 1 }, _start);
        var other = await CreateAsync(new { lr = 0.2, seed = 1 }, _start.AddHours(1));
        var third = await CreateAsync(
            new
            {
                lr = 0.1,
                seed = 1,
                layers = 3,
            },
            _start
        );
        await host.LogAsync(one, Point("loss", 1, 5), Point("loss", 2, 4), Point("loss", 3, 3), Point("only", 1, 1));
        await host.LogAsync(other, Point("loss", 2, 40), Point("loss", 4, 20), Point("accuracy", 1, 0.5));
        await host.LogAsync(third, Point("accuracy", 1, 0.5));

        var answer = await CompareAsync($"ids={one},{other},{third}");

        Assert.Equal([one, other, third], answer["runs"]!.AsArray().Select(run => Text(run!["id"])));
        Assert.Equal("""["accuracy","loss"]""", answer["sharedKeys"]!.ToJsonString());
        Assert.Equal(
            """[{"key":"layers","values":[null,null,3]},{"key":"lr","values":[0.1,0.2,0.1]}]""",
            answer["parameters"]!.ToJsonString()
        );
        Assert.Equal("""{"seed":1}""", answer["sameParameters"]!.ToJsonString());
        var loss = Series(answer, "loss");
        Assert.Equal("[1,2,3,4]", loss["x"]!.ToJsonString());
        Assert.Equal([one, other], loss["runs"]!.AsArray().Select(run => Text(run!["runId"])));
        Assert.Equal("[0,1,2]", loss["runs"]![0]!["positions"]!.ToJsonString());
        Assert.Equal("[5,4,3]", loss["runs"]![0]!["values"]!.ToJsonString());
        Assert.Equal("[1,3]", loss["runs"]![1]!["positions"]!.ToJsonString());
        Assert.Equal("[40,20]", loss["runs"]![1]!["values"]!.ToJsonString());
        var metrics = answer["metrics"]!.AsArray();
        Assert.Equal(["accuracy", "loss", "only"], metrics.Select(metric => Text(metric!["key"])));
        Assert.All(metrics, metric => Assert.True(metric!["differs"]!.GetValue<bool>()));
        Assert.Null(metrics[1]!["latest"]![2]);
        Assert.Equal(3, metrics[1]!["latest"]![0]!["value"]!.GetValue<double>());
    }

    [Fact]
    public async Task over_the_time_since_their_start_lays_them_over_each_other()
    {
        var one = await CreateAsync(new { }, _start);
        var other = await CreateAsync(new { }, _start.AddHours(1));
        await host.LogAsync(one, At("loss", 1, _start.AddSeconds(10)), At("loss", 2, _start.AddSeconds(20)));
        await host.LogAsync(other, At("loss", 7, _start.AddHours(1).AddSeconds(10)));

        var relative = Series(await CompareAsync($"ids={one},{other}&x=relative"), "loss");
        var time = Series(await CompareAsync($"ids={one},{other}&x=time"), "loss");

        Assert.Equal("[10,20]", relative["x"]!.ToJsonString());
        Assert.Equal("[0]", relative["runs"]![1]!["positions"]!.ToJsonString());
        Assert.Equal(
            [_start.AddSeconds(10), _start.AddSeconds(20), _start.AddHours(1).AddSeconds(10)],
            time["x"]!.AsArray().Select(x => DateTimeOffset.FromUnixTimeMilliseconds((long)x!.GetValue<double>()))
        );
    }

    [Fact]
    public async Task tells_the_primary_metric_with_its_best_value_and_step()
    {
        var one = await CreateAsync(new { }, _start);
        var other = await CreateAsync(new { }, _start);
        await host.LogAsync(one, Point("loss", 1, 5), Point("loss", 2, 1), Point("loss", 3, 3));
        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{one}",
            new { primaryMetric = new { name = "loss", mode = "min" } },
            HttpStatusCode.OK
        );

        var answer = await CompareAsync($"ids={one},{other}");

        Assert.Equal(
            """{"name":"loss","mode":"min","value":1,"step":2}""",
            answer["runs"]![0]!["primaryMetric"]!.ToJsonString()
        );
        Assert.Null(answer["runs"]![1]!["primaryMetric"]);
    }

    [Fact]
    public async Task downsamples_each_and_keeps_its_extremes()
    {
        var one = await CreateAsync(new { }, _start);
        var other = await CreateAsync(new { }, _start);
        foreach (var (run, top) in new[] { (one, 100), (other, 333) })
        {
            await host.LogAsync(
                run,
                [.. Enumerable.Range(0, 1000).Select(step => Point("loss", step, step == top ? 9 : 1))]
            );
        }

        var loss = Series(await CompareAsync($"ids={one},{other}&points=20"), "loss");

        foreach (var (run, top) in loss["runs"]!.AsArray().Zip([100, 333]))
        {
            var values = run!["values"]!.AsArray().Select(value => value!.GetValue<double>()).ToList();
            Assert.InRange(values.Count, 4, 20);
            var position = run["positions"]![values.IndexOf(9)]!.GetValue<int>();
            Assert.Equal(top, loss["x"]![position]!.GetValue<double>());
        }
    }

    [Fact]
    public async Task goes_on_without_those_that_do_not_exist_and_shows_those_in_the_recycle_bin()
    {
        var one = await CreateAsync(new { }, _start);
        var deleted = await CreateAsync(new { }, _start);
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{deleted}/finish", "{}", HttpStatusCode.OK);
        await host.SendAsync(HttpMethod.Delete, $"/api/runs/{deleted}?reason=old", body: null, HttpStatusCode.OK);

        var answer = await CompareAsync($"ids={one},never-there,{deleted},{one.ToUpperInvariant()}&ids={one}");

        Assert.Equal([one, deleted], answer["runs"]!.AsArray().Select(run => Text(run!["id"])));
        Assert.Equal("""["never-there"]""", answer["missing"]!.ToJsonString());
        Assert.Equal("old", Text(answer["runs"]![1]!["deletion"]!["reason"]));
    }

    [Fact]
    public async Task of_too_few_that_exist_says_which_there_is_not()
    {
        var one = await host.CreateRunAsync();

        var problem = await host.GetAsync($"/api/runs/compare?ids={one},never-there", HttpStatusCode.NotFound);

        Assert.Equal("There is no run 'never-there'.", Text(problem["detail"]));
    }

    [Theory]
    [InlineData("", "ids")]
    [InlineData("ids=a", "ids")]
    [InlineData("ids=a,a", "ids")]
    [InlineData("ids=a,b%20c", "ids")]
    [InlineData("ids=a,b&x=epoch", "x")]
    [InlineData("ids=a,b&points=3", "points")]
    [InlineData("ids=a,b&points=10001", "points")]
    [InlineData("ids=a,b&points=-1", "points")]
    [InlineData("ids=a,b&key=%00", "keys")]
    public async Task refuses_what_it_cannot_compare(string query, string field)
    {
        var problem = await host.GetAsync($"/api/runs/compare?{query}", HttpStatusCode.BadRequest);

        Assert.NotNull(problem["errors"]![field]);
    }

    [Fact]
    public async Task refuses_more_runs_metrics_and_points_than_one_answer_may_have()
    {
        var runs = string.Join(',', Enumerable.Range(0, 51));
        var keys = string.Join(',', Enumerable.Range(0, 51));
        var (one, other) = (await host.CreateRunAsync(), await host.CreateRunAsync());
        var many = string.Join(',', Enumerable.Range(0, 50));

        var tooManyRuns = await host.GetAsync($"/api/runs/compare?ids={runs}", HttpStatusCode.BadRequest);
        var tooManyKeys = await host.GetAsync($"/api/runs/compare?ids=a,b&keys={keys}", HttpStatusCode.BadRequest);
        var tooManyPoints = await host.GetAsync(
            $"/api/runs/compare?ids={one},{other}&keys={many}&points=5001",
            HttpStatusCode.BadRequest
        );

        Assert.Equal("compare.runs", Text(tooManyRuns["errorCodes"]!["ids"]![0]!["code"]));
        Assert.Equal("compare.too-many-keys", Text(tooManyKeys["errorCodes"]!["keys"]![0]!["code"]));
        Assert.Equal("5000", Text(tooManyPoints["errorCodes"]!["points"]![0]!["args"]!["max"]));
    }

    [Theory]
    [InlineData("compare")]
    [InlineData("Analytics")]
    [InlineData("export")]
    [InlineData("0")]
    [InlineData("32")]
    public async Task leaves_no_run_under_an_id_that_is_another_address_or_an_experiment(string id)
    {
        var problem = await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{id}",
            new { project = "demo" },
            HttpStatusCode.BadRequest
        );

        Assert.Equal("run.reserved-id", Text(problem["errorCodes"]!["id"]![0]!["code"]));
    }

    private Task<JsonNode> CompareAsync(string query) => host.GetAsync($"/api/runs/compare?{query}");

    private async Task<string> CreateAsync(object parameters, DateTimeOffset startedAt) =>
        Text(
            (
                await host.SendAsync(
                    HttpMethod.Post,
                    "/api/runs",
                    new
                    {
                        project = "compare",
                        parameters,
                        startedAt,
                    },
                    HttpStatusCode.Created
                )
            )["id"]
        );

    private static object Point(string key, int step, double value) =>
        new
        {
            key,
            step,
            value,
        };

    private static object At(string key, int step, DateTimeOffset at) =>
        new
        {
            key,
            step,
            at,
            value = 1,
        };

    private static JsonNode Series(JsonNode answer, string key) =>
        answer["series"]!.AsArray().Single(series => Text(series!["key"]) == key)!;

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
