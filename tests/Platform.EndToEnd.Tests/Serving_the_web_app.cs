using System.Net;

namespace Platform.EndToEnd.Tests;

/// <summary>The gateway in front of separate services serves the web app as standalone does.</summary>
[Collection("cluster")]
[Trait("suite", "e2e")]
[Trait("check", "UI-01")]
public sealed class Serving_the_web_app(LocalCluster cluster)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/jobs/01a2013c-9b46-71fc-8d54-54439cd0f2b9?tab=history")]
    public async Task happens_at_its_address_and_at_deep_links(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/html");
        using var response = await cluster.Api.Http.SendAsync(request);

        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("<div id=\"root\">", page, StringComparison.Ordinal);
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.StartsWith("default-src 'self';", PolicyOf(response), StringComparison.Ordinal);

        using var script = await cluster.Api.Http.GetAsync(page.Split("src=\"")[1].Split('"')[0]);
        Assert.Equal("text/javascript", script.Content.Headers.ContentType!.MediaType);
        Assert.True(script.Headers.CacheControl is { MaxAge.TotalDays: 365, Public: true });
    }

    [Theory]
    [InlineData("/api/jobs", HttpStatusCode.OK)]
    [InlineData("/api/nothing", HttpStatusCode.NotFound)]
    public async Task does_not_replace_the_api(string path, HttpStatusCode status)
    {
        using var response = await cluster.Api.Http.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains("json", response.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none';", PolicyOf(response), StringComparison.Ordinal);
    }

    private static string PolicyOf(HttpResponseMessage response) =>
        response.Headers.GetValues("Content-Security-Policy").Single();
}
