using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Alerts;

/// <summary>What one run or rule does costs only itself.</summary>
[Trait("suite", "integration")]
public sealed class Alerts_of_many_series(AlertHost host) : IClassFixture<AlertHost>
{
    [Fact]
    public async Task go_on_after_a_point_at_the_end_of_time()
    {
        await host.AddRuleAsync(Rule("endless", "loss", "no-progress", goal: "min", seconds: 60));
        var run = await host.CreateRunAsync("endless");
        await host.LogAsync(
            run,
            new
            {
                key = "loss",
                value = 1,
                step = 1,
                at = "9999-12-31T23:59:59Z",
            }
        );
        await host.WaitUntilSeenAsync(run, "endless");
        var other = await host.CreateRunAsync("other");
        await host.WaitUntilSeenAsync(other, "other");
    }

    [Fact]
    public async Task are_raised_again_for_each_by_a_rule_that_is_changed()
    {
        const int keys = 500;
        var rule = await host.AddRuleAsync(Rule("changed", "*"));
        var run = await host.CreateRunAsync("changed");
        await LogNaNAsync(run, keys, step: 1);
        await WaitForFiringAsync(rule, keys);

        await host.SendAsync(HttpMethod.Put, $"/api/alerts/rules/{rule}", Rule("changed", "k*"), HttpStatusCode.OK);
        await LogNaNAsync(run, keys, step: 2);
        await WaitFor.ConditionAsync(
            "all alerts to be raised again",
            async () => await CountAsync(rule, null) == 2 * keys
        );
        await WaitForFiringAsync(rule, keys);

        using var deleted = await host.Http.DeleteAsync(new Uri($"/api/alerts/rules/{rule}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await WaitFor.ConditionAsync("all alerts to be resolved", async () => await CountAsync(rule, "firing") == 0);
    }

    [Fact]
    public async Task keep_those_of_other_runs_waiting_for_a_share_of_them_only()
    {
        // More than a look looks at, and ten times as many as it raises.
        const int keys = 2500;
        var wide = await host.AddRuleAsync(Rule("wide", "*"));
        var narrow = await host.AddRuleAsync(Rule("narrow", "loss"));
        var run = await host.CreateRunAsync("wide");
        var others = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.CreateRunAsync("narrow")));
        for (var first = 0; first < keys; first += 500)
        {
            await LogNaNAsync(run, 500, step: 1, first);
        }

        await Task.WhenAll(others.Select(other => host.LogValuesAsync(other, "loss", 1, double.NaN)));
        await WaitForFiringAsync(narrow, others.Length);
        Assert.InRange(await CountAsync(wide, "firing"), 0, keys - 1);
        await WaitForFiringAsync(wide, keys);

        // Nothing is found any more, until the last has got better.
        await LogNaNAsync(run, 500, step: 2, first: 0);
        await host.LogValuesAsync(run, $"k{keys - 1}", 2, 1);
        await WaitForFiringAsync(wide, keys - 1);
    }

    [Fact]
    public async Task are_found_by_an_id_with_capitals()
    {
        var rule = await host.AddRuleAsync(Rule("capitals", "loss"));
        await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new { id = "MyRun-1", project = "capitals" },
            HttpStatusCode.Created
        );
        await host.LogValuesAsync("MyRun-1", "loss", 1, double.NaN);
        await host.WaitForAsync(rule, "firing");
        Assert.Single((await host.GetAsync("/api/alerts?subject=MyRun-1"))["items"]!.AsArray());
    }

    private Task WaitForFiringAsync(string rule, int count) =>
        WaitFor.ConditionAsync($"{count} alerts to fire", async () => await CountAsync(rule, "firing") == count);

    private async Task<long> CountAsync(string rule, string? state)
    {
        await using var command = host.Store.DataSource.CreateCommand(
            "select count(*) from alert where rule_id = $1 and ($2 = '' or state = $2)"
        );
        command.Parameters.Add(new() { Value = Guid.Parse(rule) });
        command.Parameters.Add(new() { Value = state ?? "" });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private Task<JsonNode> LogNaNAsync(string run, int keys, int step, int first = 0) =>
        host.LogAsync(
            run,
            [
                .. Enumerable
                    .Range(first, keys)
                    .Select(key =>
                        (object)
                            new
                            {
                                key = $"k{key}",
                                step,
                                value = "NaN",
                            }
                    ),
            ]
        );

    private static object Rule(
        string project,
        string metric,
        string condition = "nan",
        string? goal = null,
        int? seconds = null
    ) =>
        new
        {
            name = condition,
            project,
            watch = "metric",
            metric,
            condition,
            goal,
            seconds,
        };
}
