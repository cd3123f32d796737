using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Platform.Tracking.Tests.Metrics;

[Trait("suite", "integration")]
public sealed class Reading_metrics(TrackingHost host, ITestOutputHelper output) : IClassFixture<TrackingHost>
{
    private static readonly DateTimeOffset _start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    [Trait("check", "RUN-15")]
    public async Task downsamples_a_long_series_and_keeps_the_extremes_of_every_metric()
    {
        const int Steps = 100_000;
        var id = await host.CreateRunAsync();
        var random = new Random(15);
        var loss = Enumerable.Range(0, Steps).Select(_ => random.NextDouble()).ToArray();
        var accuracy = Enumerable.Range(0, Steps).Select(_ => random.NextDouble()).ToArray();
        (loss[31_337], loss[77_777], accuracy[5], accuracy[99_998]) = (-3, 9, 8, -2);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Steps / 5000),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (part, _) =>
            {
                var body = new StringBuilder("""{"points":[""");
                for (var step = part * 5000; step < (part + 1) * 5000; step++)
                {
                    var at = _start.AddSeconds(step).ToString("O");
                    body.Append(step % 5000 == 0 ? "" : ",")
                        .Append($$"""{"key":"loss","step":{{step}},"at":"{{at}}","value":{{loss[step]:R}}},""")
                        .Append($$"""{"key":"accuracy","step":{{step}},"at":"{{at}}","value":{{accuracy[step]:R}}}""");
                }

                await host.SendAsync(
                    HttpMethod.Post,
                    $"/api/runs/{id}/metrics",
                    body.Append("]}").ToString(),
                    HttpStatusCode.OK
                );
            }
        );

        var answer = await host.GetAsync($"/api/runs/{id}/metrics?keys=loss,accuracy&points=2000");

        Assert.Equal(
            ["loss", "accuracy"],
            answer["series"]!.AsArray().Select(series => series!["key"]!.GetValue<string>())
        );
        foreach (var (series, values) in answer["series"]!.AsArray().Zip([loss, accuracy]))
        {
            var steps = series!["steps"]!.AsArray().Select(step => step!.GetValue<int>()).ToList();
            Assert.InRange(steps.Count, 1900, 2000);
            Assert.Equal(0, steps[0]);
            Assert.Equal(Steps - 1, steps[^1]);
            Assert.Contains(Array.IndexOf(values, values.Min()), steps);
            Assert.Contains(Array.IndexOf(values, values.Max()), steps);
            Assert.Equal(steps.Order().Distinct(), steps);
            Assert.Equal(
                steps.Select(step => values[step]),
                series["values"]!.AsArray().Select(value => value!.GetValue<double>())
            );
            Assert.Equal(
                steps.Select(step => _start.AddSeconds(step)),
                series["times"]!.AsArray().Select(time => time!.GetValue<DateTimeOffset>())
            );
        }

        await ReportReadingTimeAsync($"/api/runs/{id}/metrics?keys=loss&points=2000");
    }

    [Fact]
    [Trait("check", "RUN-16")]
    public async Task returns_only_the_requested_names_and_range()
    {
        var id = await host.CreateRunAsync();
        await LogAsync(id, 1, 50, "loss", "accuracy", "with,comma");

        Assert.Equal(["accuracy", "loss", "with,comma"], Keys(await host.GetAsync($"/api/runs/{id}/metrics")));
        Assert.Equal(["loss"], Keys(await host.GetAsync($"/api/runs/{id}/metrics?keys=loss")));
        Assert.Equal(["with,comma"], Keys(await host.GetAsync($"/api/runs/{id}/metrics?key=with,comma")));
        var range = await host.GetAsync($"/api/runs/{id}/metrics?keys=accuracy,nothing&fromStep=10&toStep=12");
        Assert.Equal(["accuracy", "nothing"], Keys(range));
        Assert.Equal("[10,11,12]", range["series"]![0]!["steps"]!.ToJsonString());
        Assert.Equal("[]", range["series"]![1]!["steps"]!.ToJsonString());
    }

    [Fact]
    [Trait("check", "RUN-16")]
    public async Task returns_only_new_points_after_the_last_step()
    {
        var id = await host.CreateRunAsync();
        await LogAsync(id, 1, 30, "loss");
        var steps = Steps(await host.GetAsync($"/api/runs/{id}/metrics?keys=loss"));

        Assert.Empty(Steps(await host.GetAsync($"/api/runs/{id}/metrics?keys=loss&fromStep={steps[^1] + 1}")));
        await LogAsync(id, 31, 35, "loss");

        Assert.Equal(
            [31, 32, 33, 34, 35],
            Steps(await host.GetAsync($"/api/runs/{id}/metrics?keys=loss&fromStep={steps[^1] + 1}"))
        );
    }

    [Fact]
    public async Task of_a_run_without_points_returns_no_series()
    {
        var id = await host.CreateRunAsync();

        Assert.Equal("""{"batch":0,"series":[]}""", (await host.GetAsync($"/api/runs/{id}/metrics")).ToJsonString());
    }

    private async Task LogAsync(string id, int from, int to, params string[] keys) =>
        await host.LogAsync(
            id,
            [
                .. Enumerable
                    .Range(from, to - from + 1)
                    .SelectMany(step =>
                        keys.Select(key =>
                            (object)
                                new
                                {
                                    key,
                                    step,
                                    value = step,
                                }
                        )
                    ),
            ]
        );

    private async Task ReportReadingTimeAsync(string path)
    {
        var times = new List<double>();
        for (var i = 0; i < 15; i++)
        {
            var watch = Stopwatch.StartNew();
            await host.Http.GetByteArrayAsync(path);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        output.WriteLine(
            $"100,000 steps read as 2,000 points over HTTP: median {times[times.Count / 2]:0.0} ms, best {times[0]:0.0} ms"
        );
    }

    private static IEnumerable<string> Keys(JsonNode answer) =>
        answer["series"]!.AsArray().Select(series => series!["key"]!.GetValue<string>());

    private static List<int> Steps(JsonNode answer) =>
        [.. answer["series"]![0]!["steps"]!.AsArray().Select(step => step!.GetValue<int>())];
}
