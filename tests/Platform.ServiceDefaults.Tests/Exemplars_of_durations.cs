using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;

namespace Platform.ServiceDefaults.Tests;

/// <summary>A bucket of a histogram names a trace that fell into it, as OpenMetrics writes it.</summary>
public sealed partial class Exemplars_of_durations
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task name_the_trace_of_a_request_where_traces_are_sent()
    {
        // Nobody listens there, and nobody has to.
        var scrape = await ScrapeAfterRequestAsync(["--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1"]);

        Assert.Contains(Trace, Exemplars(scrape));
    }

    [Fact]
    public async Task are_left_out_where_no_traces_are_sent() =>
        Assert.Empty(Exemplars(await ScrapeAfterRequestAsync([])));

    private static async Task<string> ScrapeAfterRequestAsync(string[] settings)
    {
        var builder = PlatformService.CreateBuilder(["--urls=http://127.0.0.1:0", .. settings], "jobs");
        await using var app = builder.Build();
        app.UsePlatformDefaults(isEdge: false);
        app.MapGet("/traced", () => "done").Public();
        await app.StartAsync();
        // It would trace the request too, under an id of its own.
        using var handler = new SocketsHttpHandler { ActivityHeadersPropagator = null };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/traced");
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        using var answer = await client.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode);

        return (
            await WaitFor.ValueAsync(
                "the request to be measured",
                () => Scrape.OfAsync(client, new Uri(client.BaseAddress, "/metrics")),
                scrape => scrape.Value("http_server_request_duration_seconds_count", ("http_route", "/traced")) >= 1
            )
        ).ToString();
    }

    private static IEnumerable<string> Exemplars(string scrape) =>
        Exemplar().Matches(scrape).Select(match => match.Groups["trace"].Value);

    [GeneratedRegex(
        """^http_server_request_duration_seconds_bucket\{.*\} \d+ # \{[^}]*trace_id="(?<trace>[0-9a-f]{32})".*\} [0-9.eE-]+""",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Exemplar();
}
