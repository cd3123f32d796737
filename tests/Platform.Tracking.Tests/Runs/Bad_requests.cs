using System.Net;
using System.Text;

namespace Platform.Tracking.Tests.Runs;

[Trait("suite", "integration")]
public sealed class Bad_requests(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"project":1}""")]
    [InlineData("""{"project":null}""")]
    [InlineData("""{"project":["p"]}""")]
    [InlineData("""{"project":"p","unknown":1}""")]
    [InlineData("""{"project":"p","id":""}""")]
    [InlineData("""{"project":"p","id":"../x"}""")]
    [InlineData("""{"project":"p","id":"a b"}""")]
    [InlineData("""{"project":"p","id":7}""")]
    [InlineData("""{"project":"p","jobId":"not a job"}""")]
    [InlineData("""{"project":"p","name":""}""")]
    [InlineData("""{"project":"p","name":"  "}""")]
    [InlineData("""{"project":"p","name":"a\u0000"}""")]
    [InlineData("""{"project":"p","name":"a\u202e"}""")]
    [InlineData("""{"project":"p","name":"a\u2029b"}""")]
    [InlineData("""{"project":"p","parameters":{"a\u2066":1}}""")]
    [InlineData("""{"project":"p","parameters":{"a":{"x":1,"x":2}}}""")]
    [InlineData("""{"project":"p","name":"\ud800"}""")]
    [InlineData("""{"project":"p","parameters":[]}""")]
    [InlineData("""{"project":"p","parameters":{"":1}}""")]
    [InlineData("""{"project":"p","parameters":{"a\u0001":1}}""")]
    [InlineData("""{"project":"p","parameters":{"a":1e999999}}""")]
    [InlineData("""{"project":"p","parameters":{"a":1e-20000}}""")]
    [InlineData("""{"project":"p","parameters":{"a":"x\u0000"}}""")]
    [InlineData("""{"project":"p","parameters":{"a":"\udc00"}}""")]
    [InlineData("""{"project":"p","parameters":{"a":[{"b\u0000":1}]}}""")]
    [InlineData("""{"project":"p","parameters":{"\udc00":1}}""")]
    [InlineData("""{"project":"p","parameters":{"a":{"\udc00":1}}}""")]
    [InlineData("""{"project":"p","tags":{"a":"\udc00"}}""")]
    [InlineData("""{"project":"p","tags":{"a":1}}""")]
    [InlineData("""{"project":"p","tags":{"a":"x\u0000"}}""")]
    public Task creating_a_run_answers_400(string body) =>
        host.SendAsync(HttpMethod.Post, "/api/runs", body, HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("/api/runs", """{"project":"p","LONG":1}""")]
    [InlineData("/api/runs", """{"project":"p","tags":{"LONG":1}}""")]
    [InlineData("/api/runs/none/metrics", """{"LONG":1}""")]
    public async Task are_refused_without_repeating_all_of_them(string path, string body)
    {
        var answer = await host.SendAsync(
            HttpMethod.Post,
            path,
            body.Replace("LONG", new string('k', 500_000), StringComparison.Ordinal),
            HttpStatusCode.BadRequest
        );
        Assert.InRange(answer.ToJsonString().Length, 100, 2000);
    }

    [Theory]
    [InlineData("""{"status":"finished"}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":5}""")]
    [InlineData("""{"summary":{"a":1e400}}""")]
    [InlineData("""{"summary":"text"}""")]
    [InlineData("""{"tags":{"":"x"}}""")]
    [InlineData("""{"primaryMetric":"loss"}""")]
    [InlineData("""{"primaryMetric":{"mode":"max"}}""")]
    [InlineData("""{"primaryMetric":{"name":"","mode":"max"}}""")]
    [InlineData("""{"primaryMetric":{"name":"loss","mode":"best"}}""")]
    public async Task changing_a_run_answers_400(string body)
    {
        var id = await host.CreateRunAsync();

        await host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", body, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("""{"status":"running"}""")]
    [InlineData("""{"status":"done"}""")]
    [InlineData("""{"status":1}""")]
    [InlineData("""{"state":"finished"}""")]
    [InlineData("""{"status":"failed","attempt":0}""")]
    [InlineData("""{"status":"failed","attempt":"1"}""")]
    public async Task ending_a_run_answers_400(string body)
    {
        var id = await host.CreateRunAsync();

        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", body, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("points=3")]
    [InlineData("points=-1")]
    [InlineData("points=many")]
    [InlineData("points=100001")]
    [InlineData("fromStep=first")]
    [InlineData("toStep=1.5")]
    [InlineData("key=")]
    [InlineData("keys=a%00b")]
    public async Task reading_series_answers_400(string query)
    {
        var id = await host.CreateRunAsync();

        await host.GetAsync($"/api/runs/{id}/metrics?{query}", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task keys_and_values_have_limits()
    {
        var id = await host.CreateRunAsync();
        foreach (
            var body in new[]
            {
                $$$"""{"parameters":{"{{{new string('k', 251)}}}":1}}""",
                $$$"""{"parameters":{"k":"{{{new string('v', 20_000)}}}"}}""",
                $$$"""{"tags":{"k":"{{{new string('v', 8_001)}}}"}}""",
                $$$"""{"name":"{{{new string('n', 251)}}}"}""",
                $$$"""{"parameters":{"deep":{{{new string('[', 100)}}}{{{new string(']', 100)}}}}}""",
            }
        )
        {
            await host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", body, HttpStatusCode.BadRequest);
        }

        using var huge = new StringContent(new string(' ', 1024 * 1024) + "{}", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/runs/{id}") { Content = huge };
        // The server answers before the body is sent.
        request.Headers.ExpectContinue = true;
        using var response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task a_logging_request_has_limits()
    {
        var id = await host.CreateRunAsync();
        var point = """{"key":"a","step":1,"at":"2026-01-01T00:00:00Z","value":1}""";
        var tooMany = $$"""{"points":[{{string.Join(',', Enumerable.Repeat(point, 10_001))}}]}""";
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/metrics", tooMany, HttpStatusCode.BadRequest);

        var tooLong = $$"""{"points":[{{new string(' ', 2 * 1024 * 1024)}}]}""";
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/metrics", tooLong, HttpStatusCode.RequestEntityTooLarge);

        using var chunked = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(tooLong)));
        chunked.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/runs/{id}/metrics") { Content = chunked };
        request.Headers.TransferEncodingChunked = true;
        using var response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);

        using var text = new StringContent("""{"points":[]}""", Encoding.UTF8, "text/plain");
        using var unsupported = await host.Http.PostAsync($"/api/runs/{id}/metrics", text);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, unsupported.StatusCode);
        Assert.Empty((await host.GetAsync($"/api/runs/{id}/metrics/keys"))["items"]!.AsArray());
    }

    [Fact]
    public async Task an_invalid_point_rejects_the_whole_request()
    {
        var id = await host.CreateRunAsync();

        var problem = await host.SendAsync(
            HttpMethod.Post,
            $"/api/runs/{id}/metrics",
            """{"points":[{"key":"a","step":1,"value":1},{"key":"a","step":2,"value":"high"}]}""",
            HttpStatusCode.BadRequest
        );

        Assert.NotNull(problem["errors"]!["points[1].value"]);
        Assert.Empty((await host.GetAsync($"/api/runs/{id}/metrics"))["series"]!.AsArray());
    }

    [Fact]
    public async Task an_unknown_route_answers_404() =>
        await host.GetAsync("/api/runs/some-id/secrets", HttpStatusCode.NotFound);
}
