using System.Net;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Alerts;

[Trait("suite", "integration")]
[Trait("row", "33")]
public sealed class Alerts_about_metrics(AlertHost host) : IClassFixture<AlertHost>
{
    [Theory]
    [Trait("check", "MON-04")]
    [InlineData("greater", 1.0, 2.0, 0.5, "val/loss is 2 at step 7, above 1.")]
    [InlineData("less", 1.0, 0.5, 2.0, "val/loss is 0.5 at step 7, below 1.")]
    [InlineData("nan", null, double.NaN, 2.0, "val/loss is not a number (NaN) at step 7.")]
    [InlineData("infinity", null, double.NegativeInfinity, 2.0, "val/loss is -Infinity at step 7.")]
    public async Task fire_once_are_resolved_and_survive_a_restart(
        string condition,
        double? threshold,
        double bad,
        double good,
        string message
    )
    {
        var project = $"of/{condition}";
        var rule = await host.AddRuleAsync(
            new
            {
                name = condition,
                project = "of",
                watch = "metric",
                metric = "val/*",
                condition,
                threshold,
                consecutive = 3,
            }
        );
        var run = await host.CreateRunAsync(project);
        await host.LogValuesAsync(run, "val/loss", 1, good, bad, bad, good, bad, bad);
        await host.LogValuesAsync(run, "train/loss", 1, bad, bad, bad, bad);
        await host.WaitUntilSeenAsync(run, project);
        Assert.Empty(await host.AlertsAsync(rule));

        await host.RestartAsync();
        // The third in succession, of which two were looked at before.
        await host.LogValuesAsync(run, "val/loss", 7, bad, bad);
        var fired = (await host.WaitForAsync(rule, "firing"))[0]!;
        Assert.Equal(7, fired["step"]!.GetValue<long>());
        Assert.Equal(message, fired["message"]!.GetValue<string>());
        Assert.Equal("val/loss", fired["metric"]!.GetValue<string>());
        Assert.Equal(run, fired["subjectId"]!.GetValue<string>());

        await host.RestartAsync();
        await host.LogValuesAsync(run, "val/loss", 9, bad, bad);
        await host.WaitUntilSeenAsync(run, project);
        Assert.Single(await host.AlertsAsync(rule));

        await host.LogValuesAsync(run, "val/loss", 11, good);
        var resolved = (await host.WaitForAsync(rule, "resolved"))[0]!;
        Assert.Equal(fired["id"]!.GetValue<string>(), resolved["id"]!.GetValue<string>());
        Assert.Equal(11, resolved["resolvedStep"]!.GetValue<long>());
        Assert.Equal("condition", resolved["cause"]!.GetValue<string>());

        await host.LogValuesAsync(run, "val/loss", 12, bad, bad, bad);
        await host.WaitForAsync(rule, "firing", "resolved");
    }

    [Fact]
    public async Task are_not_raised_again_when_points_are_read_again_after_a_crash()
    {
        var rule = await host.AddRuleAsync(Greater("crashed"));
        var run = await host.CreateRunAsync("crashed");
        await host.LogValuesAsync(run, "loss", 1, 5, 0, 5);
        await host.WaitForAsync(rule, "firing", "resolved");

        // As after a crash between what is found and the cursor, which is written after the alerts.
        await WaitFor.ConditionAsync(
            "a cursor to move back",
            async () =>
            {
                await using var command = host.Store.DataSource.CreateCommand(
                    "update alert_cursor set batch = 0 where run_id = $1 and batch > 0"
                );
                command.Parameters.Add(new() { Value = run });
                return await command.ExecuteNonQueryAsync() > 0;
            }
        );

        await host.RestartAsync();
        await host.WaitUntilSeenAsync(run, "crashed");
        await host.LogValuesAsync(run, "loss", 4, 5);
        await host.WaitUntilSeenAsync(run, "crashed");
        Assert.Equal(2, (await host.AlertsAsync(rule)).Count);
        await host.LogValuesAsync(run, "loss", 5, 0);
        await host.WaitForAsync(rule, "resolved", "resolved");
    }

    [Fact]
    public async Task are_raised_once_for_a_spike()
    {
        var rule = await host.AddRuleAsync(
            new
            {
                name = "spike",
                project = "spikes",
                watch = "metric",
                metric = "loss",
                condition = "z-score",
                threshold = 4,
                window = 20,
            }
        );
        var run = await host.CreateRunAsync("spikes");
        var values = Enumerable.Range(0, 100).Select(i => 1 + (Math.Sin(i) / 20)).ToArray();
        values[60] = 40;
        await host.LogValuesAsync(run, "loss", 0, values[..55]);
        await host.LogValuesAsync(run, "loss", 55, values[55..]);

        var alert = (await host.WaitForAsync(rule, "resolved"))[0]!;
        Assert.Equal(60, alert["step"]!.GetValue<long>());
        Assert.Equal(40, alert["value"]!.GetValue<double>());
    }

    [Fact]
    public async Task are_about_runs_that_the_filter_finds_in_the_project_of_the_rule()
    {
        var rule = await host.AddRuleAsync(
            new
            {
                name = "filtered",
                project = "filtered",
                watch = "metric",
                metric = "loss",
                condition = "greater",
                threshold = 1,
                filter = "tags.kind = \"a\"",
            }
        );
        var found = await CreateAsync("filtered/deep", "a");
        var other = await CreateAsync("filtered", "b");
        var elsewhere = await CreateAsync("filtered-not", "a");
        foreach (var run in new[] { other, elsewhere, found })
        {
            await host.LogValuesAsync(run, "loss", 1, 5);
        }

        var alert = (await host.WaitForAsync(rule, "firing"))[0]!;
        Assert.Equal(found, alert["subjectId"]!.GetValue<string>());
        await host.WaitUntilSeenAsync(other, "filtered");
        await host.WaitUntilSeenAsync(elsewhere, "filtered-not");
        Assert.Single(await host.AlertsAsync(rule));
    }

    [Fact]
    public async Task are_not_about_points_from_before_the_rule()
    {
        var run = await host.CreateRunAsync("before");
        await host.LogValuesAsync(run, "loss", 1, 5, 5, 5);
        var rule = await host.AddRuleAsync(Greater("before"));
        await host.WaitUntilSeenAsync(run, "before");
        Assert.Empty(await host.AlertsAsync(rule));

        await host.LogValuesAsync(run, "loss", 4, 5);
        Assert.Equal(4, (await host.WaitForAsync(rule, "firing"))[0]!["step"]!.GetValue<long>());
    }

    [Fact]
    public async Task are_raised_when_no_point_comes_any_more()
    {
        var rule = await host.AddRuleAsync(
            new
            {
                name = "silent",
                project = "silent",
                watch = "metric",
                metric = "loss",
                condition = "no-progress",
                goal = "min",
                seconds = 1,
            }
        );
        var run = await host.CreateRunAsync("silent");
        await host.LogValuesAsync(run, "loss", 1, 5);

        var alert = (await host.WaitForAsync(rule, "firing"))[0]!;
        Assert.Null(alert["step"]);
        await host.LogValuesAsync(run, "loss", 2, 4);
        await host.WaitForAsync(rule, "resolved");
    }

    [Theory]
    [InlineData("pause", "rule-paused")]
    [InlineData("change", "rule-changed")]
    [InlineData("delete", "rule-deleted")]
    [InlineData("end", "run-ended")]
    public async Task are_resolved_when_nothing_stands_for_them(string what, string cause)
    {
        var project = $"stale/{what}";
        var rule = await host.AddRuleAsync(Greater(project));
        var run = await host.CreateRunAsync(project);
        await host.LogValuesAsync(run, "loss", 1, 5);
        await host.WaitForAsync(rule, "firing");

        await (
            what switch
            {
                "pause" => SendAsync(HttpMethod.Post, $"/api/alerts/rules/{rule}/pause"),
                "change" => SendAsync(HttpMethod.Put, $"/api/alerts/rules/{rule}", Greater(project, threshold: 100)),
                "delete" => SendAsync(HttpMethod.Delete, $"/api/alerts/rules/{rule}"),
                _ => SendAsync(HttpMethod.Post, $"/api/runs/{run}/finish", new { }),
            }
        );

        Assert.Equal(cause, (await host.WaitForAsync(rule, "resolved"))[0]!["cause"]!.GetValue<string>());
    }

    [Fact]
    public async Task are_raised_by_one_of_several_replicas()
    {
        await using var replica = await host.StartReplicaAsync();
        var rule = await host.AddRuleAsync(Greater("replicas"));
        var runs = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.CreateRunAsync("replicas")));
        for (var step = 0; step < 20; step++)
        {
            await Task.WhenAll(runs.Select(run => host.LogValuesAsync(run, "loss", step, step % 4 < 2 ? 5 : 0)));
        }

        await host.WaitForAsync(rule, [.. Enumerable.Repeat("resolved", 50)]);
        Assert.Equal(50, (await host.AlertsAsync(rule, "&limit=200")).Count);
    }

    [Fact]
    public async Task are_put_aside_by_each_user_alone()
    {
        var rule = await host.AddRuleAsync(Greater("dismissed"));
        var run = await host.CreateRunAsync("dismissed");
        await host.LogValuesAsync(run, "loss", 1, 5);
        var id = (await host.WaitForAsync(rule, "firing"))[0]!["id"]!.GetValue<string>();
        var (anna, ben) = (Caller.User("anna", UserRole.Viewer), Caller.User("ben", UserRole.Viewer));

        Assert.True((await AsAsync(anna, HttpMethod.Post, $"/api/alerts/{id}/dismiss"))["dismissed"]!.GetValue<bool>());
        await AsAsync(anna, HttpMethod.Post, $"/api/alerts/{id}/dismiss");
        Assert.Equal(0, await CountAsync(anna, ""));
        Assert.Equal(1, await CountAsync(anna, "&dismissed=true"));
        Assert.Equal(1, await CountAsync(anna, "&dismissed=all"));
        Assert.Equal(1, await CountAsync(ben, ""));
        await host.RestartAsync();
        Assert.Equal(0, await CountAsync(anna, ""));

        Assert.False(
            (await AsAsync(anna, HttpMethod.Post, $"/api/alerts/{id}/restore"))["dismissed"]!.GetValue<bool>()
        );
        Assert.Equal(1, await CountAsync(anna, ""));
        await host.SendAsync(
            HttpMethod.Post,
            $"/api/alerts/{Guid.CreateVersion7()}/dismiss",
            body: null,
            HttpStatusCode.NotFound
        );

        async Task<int> CountAsync(Caller caller, string query) =>
            (await AsAsync(caller, HttpMethod.Get, $"/api/alerts?rule={rule}{query}"))["items"]!.AsArray().Count;
    }

    private Task<JsonNode> AsAsync(Caller caller, HttpMethod method, string path) =>
        host.SendAsync(method, path, body: null, HttpStatusCode.OK, caller: caller);

    private async Task SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body);
        using var response = await host.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    private async Task<string> CreateAsync(string project, string kind)
    {
        var run = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new { project, tags = new { kind } },
            HttpStatusCode.Created
        );
        return run["id"]!.GetValue<string>();
    }

    private static object Greater(string project, double threshold = 1) =>
        new
        {
            name = "greater",
            project,
            watch = "metric",
            metric = "loss",
            condition = "greater",
            threshold,
        };
}
