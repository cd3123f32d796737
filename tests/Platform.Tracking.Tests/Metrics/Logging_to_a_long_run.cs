using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Platform.Tracking.Tests.Metrics;

/// <summary>A run with many batches is complete, and logging to it is as fast as to a new run.</summary>
[Trait("suite", "integration")]
[Trait("check", "RUN-03")]
public sealed class Logging_to_a_long_run(TrackingHost host, ITestOutputHelper output) : IClassFixture<TrackingHost>
{
    private const int Batches = 20_000;
    private const int Part = 5_000;
    private const int Window = 500;
    private const int Writers = 4;
    private const int PointsPerBatch = 2;

    [Fact]
    public async Task stores_every_batch_once_and_in_order_and_does_not_slow_down()
    {
        await DisableSynchronousCommitAsync();
        await LogAsync(await host.CreateRunAsync("long"), 1_000);
        var run = await host.CreateRunAsync("long");

        var answered = await LogAsync(run, Batches);

        foreach (var series in await SeriesAsync(run))
        {
            const int PerWriter = Batches / Writers * PointsPerBatch;
            Assert.Equal(
                Enumerable.Range(0, PerWriter),
                series["steps"]!.AsArray().Select(step => step!.GetValue<int>())
            );
            Assert.Equal(
                Enumerable.Range(0, PerWriter).Select(ValueOf),
                series["values"]!.AsArray().Select(value => value!.GetValue<double>())
            );
        }

        var first = BestRate(answered[..Part]);
        var last = BestRate(answered[^Part..]);
        output.WriteLine($"First {Part} batches: {first:N0}/s; last {Part}: {last:N0}/s; ratio {last / first:0.00}");

        // The goal is 20 %, which ./platform bench metrics measures on an idle machine. Other tests may run at the same
        // time; half the rate still reveals a cost that grows with the run, which would slow it down several times.
        Assert.True(last > first / 2, $"The rate fell from {first:N0} to {last:N0} batches per second.");
    }

    /// <summary>
    /// Batches per second in the fastest window; other load on the machine slows down the other windows.
    /// </summary>
    private static double BestRate(List<TimeSpan> answered) =>
        Window
        / Enumerable.Range(0, answered.Count - Window).Min(i => (answered[i + Window] - answered[i]).TotalSeconds);

    /// <summary>Each writer logs its own series; one batch in fifty is sent again, as after a lost answer.</summary>
    /// <returns>When each batch was answered, in order.</returns>
    private async Task<List<TimeSpan>> LogAsync(string run, int batches)
    {
        var answered = new TimeSpan[batches];
        var count = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(async writer =>
                {
                    for (var batch = 0; batch < batches / Writers; batch++)
                    {
                        var body = Body(writer, batch * PointsPerBatch);
                        await PostAsync(run, body);
                        answered[Interlocked.Increment(ref count)] = watch.Elapsed;
                        if (batch % 50 == 0)
                        {
                            await PostAsync(run, body);
                        }
                    }
                })
        );
        return [.. answered.Order()];
    }

    /// <summary>Otherwise most of a batch's time is spent waiting for the disk, which depends on other load.</summary>
    private async Task DisableSynchronousCommitAsync()
    {
        await using var command = host.Store.DataSource.CreateCommand(
            "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$"
        );
        await command.ExecuteNonQueryAsync();
        host.Store.DataSource.Clear();
    }

    private async Task<IEnumerable<JsonNode>> SeriesAsync(string run)
    {
        var series = (await host.GetAsync($"/api/runs/{run}/metrics?points=100000"))["series"]!.AsArray();
        Assert.Equal(Writers, series.Count);
        return series.Select(one => one!);
    }

    private async Task PostAsync(string run, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await host.Http.PostAsync($"/api/runs/{run}/metrics", content);
        response.EnsureSuccessStatusCode();
    }

    private static byte[] Body(int writer, int from)
    {
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var points = Enumerable
            .Range(from, PointsPerBatch)
            .Select(step =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"key":"loss-{{writer}}","step":{{step}},"at":"{{start.AddMilliseconds(step):O}}","value":{{ValueOf(step):R}}}"""
                )
            );
        return Encoding.UTF8.GetBytes($$"""{"points":[{{string.Join(',', points)}}]}""");
    }

    private static double ValueOf(int step) => 1.0 / (step + 1);
}
