using System.Globalization;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests;

/// <summary>How long a printed line takes to somebody who reads along.</summary>
[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Following_a_line(LocalCluster cluster, ITestOutputHelper output)
{
    private const int Lines = 200;
    private const double NinetyFifth = 0.95;

    /// <summary>
    /// The aim is 50 ms, which <c>./platform bench logs</c> measures on a quiet machine. A machine that builds beside its tests
    /// is several times slower, and still far from what a poll or a buffer in the way would cost each line.
    /// </summary>
    private static readonly TimeSpan _limit = TimeSpan.FromMilliseconds(250);

    [Fact]
    [Trait("row", "29")]
    public async Task Through_the_gateway_takes_a_fraction_of_a_second()
    {
        await DelaysAsync(lines: 40);

        var delays = await DelaysAsync(Lines);

        var slowest = delays.Order().ElementAt((int)(Lines * NinetyFifth));
        output.WriteLine(
            $"Line to reader: p50 {delays.Order().ElementAt(Lines / 2):0.0} ms, p95 {slowest:0.0} ms, max {delays.Max():0.0} ms"
        );
        Assert.True(slowest < _limit.TotalMilliseconds, $"p95 of {Lines} lines is {slowest:0} ms.");
    }

    /// <summary>Milliseconds from when each line was printed, which the line itself tells, until it was read.</summary>
    private async Task<List<double>> DelaysAsync(int lines)
    {
        var id = await cluster.Api.SubmitAsync(
            new
            {
                name = "clock",
                project = "e2e/logs",
                command = new[]
                {
                    "/bin/sh",
                    "-c",
                    $"i=0; while [ $i -lt {lines} ]; do date +%s%N; sleep 0.02; i=$((i+1)); done",
                },
            }
        );
        const string Prefix = "data: ";
        await using var stream = await cluster.Api.Http.GetStreamAsync(
            new Uri($"/api/jobs/{id}/logs?follow=true", UriKind.Relative)
        );
        using var reader = new StreamReader(stream);
        List<double> delays = [];
        while (await reader.ReadLineAsync() is { } line && line is not "event: end")
        {
            if (line.StartsWith(Prefix, StringComparison.Ordinal) && line.Length > Prefix.Length)
            {
                var printed = long.Parse(line[Prefix.Length..], CultureInfo.InvariantCulture) / 1e6;
                delays.Add((TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds - printed);
            }
        }

        Assert.Equal(lines, delays.Count);
        return delays;
    }
}
