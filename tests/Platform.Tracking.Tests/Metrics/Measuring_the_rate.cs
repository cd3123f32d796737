using System.Diagnostics;
using System.Text;
using Xunit.Abstractions;

namespace Platform.Tracking.Tests.Metrics;

/// <summary>
/// Reports how many points per second are stored over HTTP; times are not asserted, as machines differ.
/// </summary>
[Trait("suite", "integration")]
public sealed class Measuring_the_rate(TrackingHost host, ITestOutputHelper output) : IClassFixture<TrackingHost>
{
    [Theory]
    [InlineData(10_000, 1, 40)]
    [InlineData(10_000, 2, 40)]
    [InlineData(1_000, 4, 200)]
    [InlineData(1, 4, 1_000)]
    public async Task of_logging(int pointsPerRequest, int writers, int requests)
    {
        var bodies = new byte[requests][];
        for (var i = 0; i < requests; i++)
        {
            bodies[i] = Body(i / writers * pointsPerRequest, pointsPerRequest);
        }

        var runs = new List<string>();
        for (var i = 0; i < writers; i++)
        {
            runs.Add(await host.CreateRunAsync("rate"));
        }

        await PostAsync(await host.CreateRunAsync("rate"), bodies[0]);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            runs.Select(
                async (run, writer) =>
                {
                    for (var i = writer; i < requests; i += writers)
                    {
                        await PostAsync(run, bodies[i]);
                    }
                }
            )
        );
        var seconds = watch.Elapsed.TotalSeconds;

        output.WriteLine(
            $"{pointsPerRequest} points per request, {writers} writers: {requests * pointsPerRequest / seconds:N0} points/s, {requests / seconds:N0} requests/s"
        );
        Assert.Equal(requests / writers * pointsPerRequest, await CountAsync(runs[0]));
    }

    private async Task PostAsync(string run, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await host.Http.PostAsync($"/api/runs/{run}/metrics", content);
        response.EnsureSuccessStatusCode();
    }

    private async Task<long> CountAsync(string run) =>
        (await host.GetAsync($"/api/runs/{run}/metrics/keys"))["items"]!
            .AsArray()
            .Sum(item => item!["count"]!.GetValue<long>());

    /// <summary>Like a training: one point of each of ten metrics per step.</summary>
    private static byte[] Body(int from, int count)
    {
        var random = new Random(from);
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var json = new StringBuilder("""{"points":[""");
        for (var i = from; i < from + count; i++)
        {
            json.Append(i == from ? "" : ",")
                .Append(
                    $$"""{"key":"train/metric-{{i % 10}}","step":{{i / 10}},"at":"{{start.AddMilliseconds(i / 10):O}}","value":{{random.NextDouble():R}}}"""
                );
        }

        return Encoding.UTF8.GetBytes(json.Append("]}").ToString());
    }
}
