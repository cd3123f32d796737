using System.Globalization;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests;

/// <summary>A printed line reaches a reader of the log at once, without waiting for the next line.</summary>
[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Following_a_line(LocalCluster cluster, ITestOutputHelper output)
{
    private const int Lines = 100;

    [Fact]
    [Trait("check", "LOG-05")]
    public async Task through_the_gateway_does_not_wait_for_the_next_line()
    {
        using var folder = new TestFolder();
        var id = await cluster.Api.SubmitAsync(Clock(folder.Path));
        await using var stream = await cluster.Api.Http.GetStreamAsync(
            new Uri($"/api/jobs/{id}/logs?follow=true", UriKind.Relative)
        );
        using var reader = new StreamReader(stream);

        var delays = new List<double>();
        while (await NextAsync(reader) is { } printed)
        {
            delays.Add((TimeProvider.System.GetUtcNow() - printed).TotalMilliseconds);
            await File.WriteAllTextAsync(folder.In($"read-{delays.Count}"), "");
        }

        Assert.Equal(Lines, delays.Count);
        delays.Sort();
        output.WriteLine(
            $"Line to reader: p50 {delays[Lines / 2]:0.0} ms, p95 {delays[Lines * 95 / 100]:0.0} ms, max {delays[^1]:0.0} ms"
        );
    }

    /// <summary>
    /// A training that prints the time, and prints it again once a file in the folder shows that the line was read.
    /// </summary>
    private static object Clock(string folder) =>
        new
        {
            name = "clock",
            project = "e2e/logs",
            command = new[]
            {
                "/bin/sh",
                "-c",
                $"""
                    i=0
                    while [ $i -lt {Lines} ] && [ -d {folder} ]; do
                        i=$((i + 1)); date +%s%N
                        until [ -e {folder}/read-$i ] || [ ! -d {folder} ]; do sleep 0.005; done
                    done
                    """,
            },
        };

    /// <summary>When the next line was printed, as the line itself states; null after the last.</summary>
    private static async Task<DateTimeOffset?> NextAsync(StreamReader reader)
    {
        const string Prefix = "data: ";
        while (await reader.ReadLineAsync() is { } line && line is not "event: end")
        {
            if (line.StartsWith(Prefix, StringComparison.Ordinal) && line.Length > Prefix.Length)
            {
                var nanoseconds = long.Parse(line[Prefix.Length..], CultureInfo.InvariantCulture);
                return DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
            }
        }

        return null;
    }
}
