using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Alerts;

/// <summary>What is checked before something is stored still holds when it is stored.</summary>
[Trait("suite", "integration")]
public sealed class Rules_made_at_the_same_time(AlertHost host) : IClassFixture<AlertHost>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task name_no_destination_that_is_deleted_meanwhile(bool isChanged)
    {
        for (var round = 0; round < 15; round++)
        {
            var (destination, _) = await host.AddWebhookAsync("https://example.org/hook");
            var known = isChanged ? await host.AddRuleAsync(Rule()) : null;
            var naming = SendAsync(
                isChanged ? HttpMethod.Put : HttpMethod.Post,
                $"/api/alerts/rules/{known}",
                Rule(destination)
            );
            var deleting = SendAsync(HttpMethod.Delete, $"/api/alerts/destinations/{destination}", body: null);
            var ((named, rule), (deleted, answer)) = (await naming, await deleting);

            if (named is HttpStatusCode.BadRequest)
            {
                Assert.Equal(HttpStatusCode.NoContent, deleted);
                Assert.Equal(
                    "alert.unknown-destination",
                    rule!["errorCodes"]!["destinations"]![0]!["code"]!.GetValue<string>()
                );
            }
            else
            {
                Assert.Equal(isChanged ? HttpStatusCode.OK : HttpStatusCode.Created, named);
                Assert.Equal(HttpStatusCode.Conflict, deleted);
                Assert.Equal("/problems/alert.destination-in-use", answer!["type"]!.GetValue<string>());
            }
        }
    }

    [Fact]
    public async Task are_never_too_many()
    {
        await ExecuteAsync(
            """
            insert into alert_rule (id, name, search_name, watch, condition, spec, state, since, created_at, changed_at, version)
            select gen_random_uuid(), 'full', 'full', 'job', 'failed', '{}', 'paused', now(), now(), now(), 1
            from generate_series(1, 995 - (select count(*) from alert_rule))
            """
        );

        var made = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => SendAsync(HttpMethod.Post, "/api/alerts/rules", Rule()))
        );

        Assert.Equal(5, made.Count(one => one.Status is HttpStatusCode.Created));
        Assert.All(
            made.Where(one => one.Status is not HttpStatusCode.Created),
            one =>
            {
                Assert.Equal(HttpStatusCode.Conflict, one.Status);
                Assert.Equal("/problems/alert.too-many", one.Answer!["type"]!.GetValue<string>());
            }
        );
        await ExecuteAsync("delete from alert_rule where name = 'full'");
    }

    [Fact]
    public async Task have_never_too_many_destinations()
    {
        await ExecuteAsync(
            """
            insert into alert_destination (id, name, kind, created_at, changed_at)
            select gen_random_uuid(), 'full', 'mail', now(), now()
            from generate_series(1, 195 - (select count(*) from alert_destination))
            """
        );

        var made = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(_ =>
                    SendAsync(
                        HttpMethod.Post,
                        "/api/alerts/destinations",
                        new
                        {
                            name = "team",
                            kind = "mail",
                            recipients = new[] { "anna@example.org" },
                        }
                    )
                )
        );

        Assert.Equal(5, made.Count(one => one.Status is HttpStatusCode.Created));
        Assert.Equal(15, made.Count(one => one.Status is HttpStatusCode.Conflict));
        await ExecuteAsync("delete from alert_destination where name in ('full', 'team')");
    }

    private static object Rule(params string[] destinations) =>
        new
        {
            name = "broken",
            project = "parallel",
            watch = "metric",
            metric = "loss",
            condition = "nan",
            destinations,
        };

    private async Task<(HttpStatusCode Status, JsonNode? Answer)> SendAsync(
        HttpMethod method,
        string path,
        object? body
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        using var response = await host.Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, answer.Length == 0 ? null : JsonNode.Parse(answer));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = host.Store.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
