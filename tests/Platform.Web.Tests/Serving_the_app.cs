using System.Net;

namespace Platform.Web.Tests;

[Trait("suite", "web")]
[Collection("platform")]
public sealed class Serving_the_app(Browser browser)
{
    private readonly HttpClient _http = browser.Platform.Api.Http;

    [Theory]
    [InlineData("/")]
    [InlineData("/jobs/01a2013c-9b46-71fc-8d54-54439cd0f2b9?tab=history")]
    [InlineData("/artifacts/model.v2")]
    [InlineData("/nowhere")]
    public async Task its_page_is_served_at_each_of_its_addresses_and_revalidated(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/html");
        using var response = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("<div id=\"root\">", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task its_files_are_kept_for_a_year_since_their_names_change_with_them()
    {
        var page = await _http.GetStringAsync("/");
        var script = page.Split("src=\"")[1].Split('"')[0];
        using var response = await _http.GetAsync(script);

        Assert.StartsWith("./assets/", script, StringComparison.Ordinal);
        Assert.Equal("text/javascript", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.CacheControl is { MaxAge.TotalDays: 365, Public: true });
    }

    [Theory]
    [InlineData("/assets/gone-12345678.js", HttpStatusCode.NotFound)]
    [InlineData("/missing.png", HttpStatusCode.NotFound)]
    [InlineData("/api/nothing", HttpStatusCode.NotFound)]
    [InlineData("/health/live", HttpStatusCode.OK)]
    public async Task what_is_not_its_page_does_not_look_like_it(string path, HttpStatusCode status)
    {
        using var response = await _http.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
        Assert.DoesNotContain(
            "<div id=\"root\">",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
    }
}
