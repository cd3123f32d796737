using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Metrics;

/// <summary>A run with many batches is complete and in order.</summary>
[Trait("suite", "integration")]
[Trait("check", "RUN-03")]
public sealed class Logging_to_a_long_run(TrackingHost host) : IClassFixture<TrackingHost>
{
    private const int Batches = 5_000;
    private const int Writers = 4;
    private const int PointsPerBatch = 2;

    [Fact]
    public async Task stores_every_batch_once_and_in_order()
    {
        await DisableSynchronousCommitAsync();
        var run = await host.CreateRunAsync("long");

        await LogAsync(run);

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
    }

    /// <summary>Each writer logs its own series; one batch in fifty is sent again, as after a lost answer.</summary>
    private Task LogAsync(string run) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(async writer =>
                {
                    for (var batch = 0; batch < Batches / Writers; batch++)
                    {
                        var body = Body(writer, batch * PointsPerBatch);
                        await PostAsync(run, body);
                        if (batch % 50 == 0)
                        {
                            await PostAsync(run, body);
                        }
                    }
                })
        );

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
