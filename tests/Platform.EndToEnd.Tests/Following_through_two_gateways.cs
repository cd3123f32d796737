using System.Diagnostics;
using System.Globalization;
using Platform.LocalServers;

namespace Platform.EndToEnd.Tests;

[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Following_through_two_gateways(LocalCluster cluster)
{
    private const int Lines = 50_000;

    [Fact]
    [Trait("check", "LOG-03")]
    public async Task gives_each_reader_every_line_in_order()
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";
        using var second = await StartGatewayAsync(url);
        try
        {
            using var api = new PlatformApi(url);
            await WaitFor.ConditionAsync("the second gateway to be ready", () => IsReadyAsync(api));
            var id = await cluster.Api.SubmitAsync(
                new
                {
                    name = "lines",
                    project = "e2e/logs",
                    command = new[] { "/usr/bin/seq", Lines.ToString(CultureInfo.InvariantCulture) },
                }
            );

            var read = await Task.WhenAll(FollowAsync(cluster.Api, id), FollowAsync(api, id));

            var expected = Enumerable
                .Range(1, Lines)
                .Select(line => line.ToString(CultureInfo.InvariantCulture))
                .ToList();
            Assert.All(read, lines => Assert.Equal(expected, lines));
        }
        finally
        {
            second.Kill();
            await second.WaitForExitAsync();
        }
    }

    /// <summary>Started like the cluster's own gateway, on another port.</summary>
    private async Task<Process> StartGatewayAsync(string url)
    {
        var first = await cluster.PidAsync("gateway");
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c",
                """exec dotnet "$1" --urls="$2" >"$3" 2>&1""",
                "sh",
                Repository.Built("Platform.Gateway", "Platform.Gateway.dll"),
                url,
                Path.Combine(cluster.Data, "gateway-2.log"),
            },
        };
        foreach (var (name, value) in Processes.Settings(first))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task<bool> IsReadyAsync(PlatformApi api)
    {
        try
        {
            using var ready = await api.Http.GetAsync("/health/ready");
            return ready.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<List<string>> FollowAsync(PlatformApi api, Guid jobId)
    {
        const string Prefix = "data: ";
        await using var stream = await api.Http.GetStreamAsync(
            new Uri($"/api/jobs/{jobId}/logs?follow=true", UriKind.Relative)
        );
        using var reader = new StreamReader(stream);
        List<string> lines = [];
        while (await reader.ReadLineAsync() is { } line && line is not "event: end")
        {
            if (line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                lines.Add(line[Prefix.Length..]);
            }
        }

        return lines;
    }
}
