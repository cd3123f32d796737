using System.Net;

namespace Platform.Gateway.Tests.Security;

[Trait("suite", "integration")]
public sealed class Asking_for_metrics
{
    [Fact]
    public async Task is_answered_by_the_metrics_and_not_by_a_page_of_the_web_app()
    {
        await using var gateway = await TestGateway.StartAsync();

        using var answer = await gateway.SendAsync(
            HttpMethod.Get,
            "/metrics",
            headers: ("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1")
        );

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/openmetrics-text", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(
            "dotnet_process_cpu_time_seconds_total",
            await answer.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task takes_a_token_where_the_api_takes_one()
    {
        await using var gateway = await TestGateway.StartAsync("--Gateway:RequireTokens=always");
        var token = await gateway.TokenAsync("prometheus", "viewer");

        using var stranger = await gateway.SendAsync(HttpMethod.Get, "/metrics");
        using var known = await gateway.SendAsync(HttpMethod.Get, "/metrics", token);

        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
    }
}
