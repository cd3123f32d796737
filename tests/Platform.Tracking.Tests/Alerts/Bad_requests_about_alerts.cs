using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Alerts;

[Trait("suite", "integration")]
[Trait("row", "33")]
public sealed class Bad_requests_about_alerts(AlertHost host) : IClassFixture<AlertHost>
{
    private const string Nan =
        """ "name": "a", "project": "p", "watch": "metric", "metric": "m", "condition": "nan" """;

    [Theory]
    [InlineData("""{"name": "", "project": "p", "watch": "metric", "metric": "m", "condition": "nan"}""", "name")]
    [InlineData("""{"name": "a", "watch": "metric", "metric": "m", "condition": "nan"}""", "project")]
    [InlineData("""{"name": "a", "project": "../x", "watch": "job", "condition": "failed"}""", "project")]
    [InlineData("""{"name": "a", "project": "p", "watch": "gpu", "condition": "lost"}""", "watch")]
    [InlineData("""{"name": "a", "project": "p", "watch": "job", "condition": "nan"}""", "condition")]
    [InlineData("""{"name": "a", "project": "p", "watch": "node", "condition": "lost"}""", "project")]
    [InlineData("""{"name": "a", "project": "p", "watch": "metric", "condition": "nan"}""", "metric")]
    [InlineData("{" + Nan + """, "threshold": 1}""", "threshold")]
    [InlineData("{" + Nan + """, "consecutive": 0}""", "consecutive")]
    [InlineData("{" + Nan + """, "consecutive": 1001}""", "consecutive")]
    [InlineData("{" + Nan + """, "window": 10}""", "window")]
    [InlineData("{" + Nan + """, "seconds": 10}""", "seconds")]
    [InlineData("{" + Nan + """, "filter": "params.lr >"}""", "filter")]
    [InlineData("{" + Nan + """, "filter": "params.lr > 1; drop table run"}""", "filter")]
    [InlineData("{" + Nan + """, "filter": "nothing.lr > 1"}""", "filter")]
    [InlineData("{" + Nan + """, "filter": "status = bogus"}""", "filter")]
    [InlineData("{" + Nan + """, "destinations": ["0198f000-0000-7000-8000-000000000001"]}""", "destinations")]
    [InlineData(
        """{"name": "a", "project": "p", "watch": "metric", "metric": "m", "condition": "greater"}""",
        "threshold"
    )]
    [InlineData(
        """{"name": "a", "project": "p", "watch": "metric", "metric": "m", "condition": "z-score", "threshold": 0}""",
        "threshold"
    )]
    [InlineData(
        """{"name": "a", "project": "p", "watch": "metric", "metric": "m", "condition": "no-progress", "goal": "min"}""",
        "points"
    )]
    [InlineData(
        """{"name": "a", "project": "p", "watch": "metric", "metric": "m", "condition": "no-progress", "points": 5}""",
        "goal"
    )]
    [InlineData("""{"name": "a", "project": "p", "watch": "job", "condition": "waiting"}""", "seconds")]
    [InlineData("""{"name": "a", "project": "p", "watch": "job", "condition": "failed", "metric": "m"}""", "metric")]
    public async Task for_a_rule_are_answered_with_what_is_wrong(string body, string field)
    {
        var problem = await host.SendAsync(HttpMethod.Post, "/api/alerts/rules", body, HttpStatusCode.BadRequest);

        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
        Assert.NotNull(problem["errorCodes"]![field]![0]!["code"]);
    }

    [Theory]
    [InlineData("""{"name": "a", "kind": "pager", "url": "https://example.org"}""", "kind")]
    [InlineData("""{"name": "a", "kind": "webhook"}""", "url")]
    [InlineData("""{"name": "a", "kind": "webhook", "url": "ftp://example.org"}""", "url")]
    [InlineData("""{"name": "a", "kind": "webhook", "url": "https://me:pw@example.org"}""", "url")]
    [InlineData("""{"name": "a", "kind": "webhook", "url": "http://169.254.169.254/latest"}""", "url")]
    [InlineData("""{"name": "a", "kind": "webhook", "url": "http://[fd00:ec2::254]/"}""", "url")]
    [InlineData("""{"name": "a", "kind": "webhook", "url": "http://metadata.google.internal/"}""", "url")]
    [InlineData("""{"name": "a", "kind": "mail", "recipients": []}""", "recipients")]
    [InlineData("""{"name": "a", "kind": "mail", "recipients": ["anna"]}""", "recipients")]
    [InlineData("""{"name": "a", "kind": "mail", "recipients": ["anna@example.org\r\nBcc: x@y.z"]}""", "recipients")]
    [InlineData("""{"name": "a", "kind": "mail", "recipients": ["Anna <anna@example.org>"]}""", "recipients")]
    [InlineData("""{"name": "a", "kind": "mail", "recipients": ["a@example.org"], "url": "https://x.org"}""", "url")]
    [InlineData("""{"name": "\u0007", "kind": "mail", "recipients": ["anna@example.org"]}""", "name")]
    public async Task for_a_destination_are_answered_with_what_is_wrong(string body, string field)
    {
        var problem = await host.SendAsync(
            HttpMethod.Post,
            "/api/alerts/destinations",
            body,
            HttpStatusCode.BadRequest
        );

        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Theory]
    [InlineData("?state=on", "state")]
    [InlineData("?rule=x", "rule")]
    [InlineData("?dismissed=maybe", "dismissed")]
    [InlineData("?watch=gpu", "watch")]
    [InlineData("?sort=value", "sort")]
    [InlineData("?unknown=1", "unknown")]
    public async Task for_a_list_are_answered_with_what_is_wrong(string query, string field)
    {
        var problem = await host.GetAsync($"/api/alerts{query}", HttpStatusCode.BadRequest);

        Assert.Equal([field], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Fact]
    public async Task change_nothing_that_somebody_else_has_changed()
    {
        var created = await host.SendAsync(HttpMethod.Post, "/api/alerts/rules", $"{{{Nan}}}", HttpStatusCode.Created);
        var address = $"/api/alerts/rules/{created["id"]}";
        await host.SendAsync(HttpMethod.Post, $"{address}/pause", body: null, HttpStatusCode.OK, "\"1\"");
        var conflict = await host.SendAsync(
            HttpMethod.Put,
            address,
            $"{{{Nan}, \"consecutive\": 4}}",
            HttpStatusCode.PreconditionFailed,
            "\"1\""
        );
        Assert.Equal("/problems/version-conflict", conflict["type"]!.GetValue<string>());
        Assert.Equal(1, (await host.GetAsync(address))["consecutive"]!.GetValue<int>());

        var changed = await host.SendAsync(
            HttpMethod.Put,
            address,
            $"{{{Nan}, \"consecutive\": 4}}",
            HttpStatusCode.OK,
            "\"2\""
        );
        Assert.Equal(4, changed["consecutive"]!.GetValue<int>());
        Assert.Equal("paused", changed["state"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("PUT", "")]
    [InlineData("POST", "/rotate")]
    [InlineData("DELETE", "")]
    public async Task name_the_present_version_of_a_destination_that_somebody_else_has_changed(
        string method,
        string path
    )
    {
        var (destination, _) = await host.AddWebhookAsync("https://example.org/hook");
        var address = $"/api/alerts/destinations/{destination}";
        const string Body = """{"name": "b", "kind": "webhook", "url": "https://example.org/other"}""";
        await host.SendAsync(HttpMethod.Put, address, Body, HttpStatusCode.OK, "\"1\"");
        var body = method is "PUT" ? Body : null;

        var conflict = await host.SendAsync(
            HttpMethod.Parse(method),
            address + path,
            body,
            HttpStatusCode.PreconditionFailed,
            "\"1\""
        );

        Assert.Equal("version-conflict.changed", conflict["code"]!.GetValue<string>());
        Assert.Equal("2", conflict["args"]!["actual"]!.GetValue<string>());
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), address + path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "\"2\"");
        using var done = await host.Http.SendAsync(request);
        Assert.True(done.IsSuccessStatusCode, $"{done.StatusCode}");
    }

    [Fact]
    public async Task get_the_secret_and_the_version_of_their_own_rotation()
    {
        var (destination, _) = await host.AddWebhookAsync("https://example.org/hook");
        var rotated = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(_ =>
                    host.SendAsync(
                        HttpMethod.Post,
                        $"/api/alerts/destinations/{destination}/rotate",
                        body: null,
                        HttpStatusCode.OK
                    )
                )
        );

        Assert.Equal(
            Enumerable.Range(2, 10).Select(version => (long)version),
            rotated.Select(one => one["version"]!.GetValue<long>()).Order()
        );
    }

    [Fact]
    public async Task do_not_delete_a_destination_that_a_rule_names()
    {
        var (destination, _) = await host.AddWebhookAsync("https://example.org/hook");
        var rule = await host.AddRuleAsync(JsonNode.Parse($"{{{Nan}, \"destinations\": [\"{destination}\"]}}")!);
        var refused = await host.SendAsync(
            HttpMethod.Delete,
            $"/api/alerts/destinations/{destination}",
            body: null,
            HttpStatusCode.Conflict
        );
        Assert.Equal("/problems/alert.destination-in-use", refused["type"]!.GetValue<string>());

        using var deleted = await host.Http.DeleteAsync(new Uri($"/api/alerts/rules/{rule}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await host.Http.DeleteAsync(
            new Uri($"/api/alerts/destinations/{destination}", UriKind.Relative)
        );
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        await host.GetAsync($"/api/alerts/destinations/{destination}", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("GET", "/api/alerts/{0}", "alert.not-found")]
    [InlineData("GET", "/api/alerts/rules/{0}", "alert.rule-not-found")]
    [InlineData("POST", "/api/alerts/rules/{0}/pause", "alert.rule-not-found")]
    [InlineData("DELETE", "/api/alerts/rules/{0}", "alert.rule-not-found")]
    [InlineData("POST", "/api/alerts/destinations/{0}/test", "alert.destination-not-found")]
    [InlineData("POST", "/api/alerts/destinations/{0}/rotate", "alert.destination-not-found")]
    public async Task name_what_is_not_there(string method, string path, string code)
    {
        var problem = await host.SendAsync(
            new HttpMethod(method),
            string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Guid.CreateVersion7()),
            body: null,
            HttpStatusCode.NotFound
        );

        Assert.Equal($"/problems/{code}", problem["type"]!.GetValue<string>());
    }
}
