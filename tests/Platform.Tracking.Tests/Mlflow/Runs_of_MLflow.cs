using System.Net;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Mlflow;

[Trait("suite", "integration")]
public sealed class Runs_of_MLflow(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task are_the_platform_s_runs()
    {
        var experiment = await host.ExperimentAsync(Unique());
        var created = await host.PostAsync(
            "/runs/create",
            new
            {
                experiment_id = experiment,
                user_id = "anna",
                start_time = 1_700_000_000_123,
                tags = new[]
                {
                    new { key = "mlflow.runName", value = "first" },
                    new { key = "mlflow.source.name", value = "train.py" },
                },
            }
        );
        var id = MlflowCalls.IdOf(created["run"]!);
        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Equal("{}", created["run"]!["inputs"]!.ToJsonString());
        await host.PostAsync(
            "/runs/log-batch",
            new
            {
                run_id = id,
                metrics = new object[]
                {
                    Metric("loss", 0.5, step: 1),
                    Metric("loss", 0.25, step: 2),
                    Metric("odd", "NaN", step: 0),
                },
                @params = new[] { new { key = "lr", value = "0.1" }, new { key = "empty", value = "" } },
                tags = new[] { new { key = "team", value = "vision" } },
            }
        );
        await host.PostAsync(
            "/runs/update",
            new
            {
                run_id = id,
                status = "FINISHED",
                end_time = 1_700_000_060_000,
            }
        );

        var run = (await host.AskAsync($"/runs/get?run_id={id}"))["run"]!;
        var native = await host.GetAsync($"/api/runs/{id}");

        Assert.Equal("FINISHED", run["info"]!["status"].Text());
        Assert.Equal(1_700_000_000_123, run["info"]!["start_time"]!.GetValue<long>());
        Assert.Equal(1_700_000_060_000, run["info"]!["end_time"]!.GetValue<long>());
        Assert.Equal("anna", run["info"]!["user_id"].Text());
        Assert.Equal($"mlflow-artifacts:/{experiment}/{id}/artifacts", run["info"]!["artifact_uri"].Text());
        Assert.Equal("first", ValueOf(run, "tags", "mlflow.runName"));
        Assert.Equal("", ValueOf(run, "params", "empty"));
        Assert.Equal(
            """[{"key":"loss","value":0.25,"timestamp":1700000000000,"step":2},{"key":"odd","value":"NaN","timestamp":1700000000000,"step":0}]""",
            run["data"]!["metrics"]!.ToJsonString()
        );
        Assert.Equal("finished", native["status"].Text());
        Assert.Equal("0.1", native["parameters"]!["lr"].Text());
        Assert.Equal("train.py", native["tags"]!["mlflow.source.name"].Text());
    }

    [Fact]
    public async Task write_parameters_once()
    {
        var id = MlflowCalls.IdOf(await host.RunAsync("0"));
        var log = "/runs/log-parameter";
        await host.PostAsync(log, Value(id, "lr", "0.1"));
        await host.PostAsync(log, Value(id, "lr", "0.1"));

        var changed = await host.PostAsync(log, Value(id, "lr", "0.2"), HttpStatusCode.BadRequest);

        Assert.Equal("INVALID_PARAMETER_VALUE", changed.Code());
        Assert.Contains("Changing param values is not allowed", changed["message"].Text(), StringComparison.Ordinal);
        var batch = await host.PostAsync(
            "/runs/log-batch",
            new
            {
                run_id = id,
                metrics = new[] { Metric("loss", 1, 1) },
                @params = new[] { new { key = "lr", value = "0.3" } },
            },
            HttpStatusCode.BadRequest
        );
        Assert.Equal("INVALID_PARAMETER_VALUE", batch.Code());
        Assert.Null((await RunAsync(id))["data"]!["metrics"]);
    }

    [Fact]
    public async Task keep_their_name_and_its_tag_equal()
    {
        var id = MlflowCalls.IdOf(await host.RunAsync("0"));
        await host.PostAsync("/runs/set-tag", Value(id, "mlflow.runName", "by tag"));
        Assert.Equal("by tag", (await RunAsync(id))["info"]!["run_name"].Text());
        await host.PostAsync("/runs/update", new { run_id = id, run_name = "by field" });
        Assert.Equal("by field", ValueOf(await RunAsync(id), "tags", "mlflow.runName"));
        await host.PostAsync(
            "/runs/create",
            new { run_name = "one", tags = new[] { new { key = "mlflow.runName", value = "other" } } },
            HttpStatusCode.BadRequest
        );
    }

    [Fact]
    public async Task run_again_and_end_as_the_last_report_says()
    {
        var id = MlflowCalls.IdOf(await host.RunAsync("0"));
        await UpdateAsync("FAILED", end: 1_700_000_010_000);
        await UpdateAsync("FINISHED", end: 1_700_000_020_000);
        Assert.Equal("FINISHED", (await RunAsync(id))["info"]!["status"].Text());

        await UpdateAsync("RUNNING", end: null);
        var running = (await RunAsync(id))["info"]!;
        Assert.Equal("RUNNING", running["status"].Text());
        Assert.Null(running["end_time"]);
        await UpdateAsync("KILLED", end: null);
        Assert.Equal("interrupted", (await host.GetAsync($"/api/runs/{id}"))["status"].Text());

        Task<JsonNode> UpdateAsync(string status, long? end) =>
            host.PostAsync(
                "/runs/update",
                new
                {
                    run_id = id,
                    status,
                    end_time = end,
                }
            );
    }

    [Fact]
    public async Task have_parents()
    {
        var parent = MlflowCalls.IdOf(await host.RunAsync("0"));
        var child = await host.RunAsync("0", new[] { new { key = "mlflow.parentRunId", value = parent } });

        Assert.Equal(parent, ValueOf(child, "tags", "mlflow.parentRunId"));
        var parts = await host.GetAsync($"/api/runs?parentId={parent}");
        Assert.Equal(1, parts["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task take_nothing_while_they_are_deleted()
    {
        var id = MlflowCalls.IdOf(await host.RunAsync("0"));
        await host.PostAsync("/runs/delete", new { run_id = id });

        Assert.Equal("deleted", (await RunAsync(id))["info"]!["lifecycle_stage"].Text());
        var refused = await host.PostAsync("/runs/set-tag", Value(id, "a", "b"), HttpStatusCode.BadRequest);
        Assert.Equal("INVALID_PARAMETER_VALUE", refused.Code());

        await host.PostAsync("/runs/restore", new { run_id = id });
        await host.PostAsync("/runs/set-tag", Value(id, "a", "b"));
        await host.PostAsync("/runs/delete-tag", new { run_id = id, key = "a" });
        Assert.Null(ValueOf(await RunAsync(id), "tags", "a"));
    }

    [Fact]
    public async Task of_a_job_are_its_own_business()
    {
        var foreign = MlflowCalls.IdOf(await host.RunAsync("0"));
        await host.PostAsync(
            "/runs/log-metric",
            new
            {
                run_id = foreign,
                key = "loss",
                value = 1,
                timestamp = 1,
            },
            HttpStatusCode.Forbidden,
            Caller.Job(Guid.CreateVersion7(), 1)
        );
    }

    [Theory]
    [InlineData("metrics.loss < 0.3 and params.lr = '0.1'", "b")]
    [InlineData("metrics.`val/acc` > 0.5", "a")]
    [InlineData("tags.\"mlflow.source.name\" LIKE 'train%'", "abc")]
    [InlineData("attributes.status = 'FINISHED'", "a")]
    [InlineData("attributes.status = 'BOGUS'", "")]
    [InlineData("attributes.run_id IN ('{a}', '{c}')", "ac")]
    [InlineData("run_name = 'c'", "c")]
    [InlineData("params.lr IS NULL", "c")]
    public async Task are_found_by_filters(string filter, string names)
    {
        var (experiment, ids) = await ThreeAsync();
        var text = filter
            .Replace("{a}", ids["a"], StringComparison.Ordinal)
            .Replace("{c}", ids["c"], StringComparison.Ordinal);

        Assert.Equal(names, await NamesAsync(experiment, text, "attributes.run_name ASC"));
    }

    [Theory]
    [InlineData("metrics.loss ASC", "bca")]
    [InlineData("metrics.loss DESC", "cba")]
    [InlineData("params.lr DESC", "abc")]
    [InlineData("attributes.start_time DESC", "cba")]
    [InlineData("", "cba")]
    public async Task are_ordered_with_what_they_lack_last(string order, string names)
    {
        var (experiment, _) = await ThreeAsync();

        Assert.Equal(names, await NamesAsync(experiment, "", order));
    }

    [Fact]
    public async Task show_the_points_of_a_metric_page_by_page()
    {
        var id = MlflowCalls.IdOf(await host.RunAsync("0"));
        for (var i = 0; i < 3; i++)
        {
            // A repeat is stored once.
            await host.PostAsync(
                "/runs/log-batch",
                new { run_id = id, metrics = Enumerable.Range(0, 10).Select(step => Metric("loss", step, step)) }
            );
        }

        var first = await host.AskAsync($"/metrics/get-history?run_id={id}&metric_key=loss&max_results=7");
        var rest = await host.AskAsync(
            $"/metrics/get-history?run_id={id}&metric_key=loss&max_results=7&page_token={Uri.EscapeDataString(first["next_page_token"].Text())}"
        );
        var bulk = await host.AskAsync($"/metrics/get-history-bulk?run_id={id}&metric_key=loss");
        var sampled = await host.AskAsync(
            $"/metrics/get-history-bulk-interval?run_ids={id}&metric_key=loss&max_results=5"
        );

        Assert.Equal(7, first["metrics"]!.AsArray().Count);
        Assert.Equal(3, rest["metrics"]!.AsArray().Count);
        Assert.Null(rest["next_page_token"]);
        Assert.Equal(10, bulk["metrics"]!.AsArray().Count);
        Assert.Equal(id, bulk["metrics"]![0]!["run_id"].Text());
        Assert.InRange(sampled["metrics"]!.AsArray().Count, 2, 10);
        Assert.Equal("{}", (await host.AskAsync($"/metrics/get-history?run_id={id}&metric_key=none")).ToJsonString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(2500)]
    public async Task show_samples_of_a_metric_of_any_number(int most)
    {
        var id = MlflowCalls.IdOf(await host.RunAsync("0"));
        var metrics = Enumerable.Range(0, 10).Select(step => Metric("loss", step, step));
        await host.PostAsync("/runs/log-batch", new { run_id = id, metrics });

        var sampled = await host.AskAsync(
            $"/metrics/get-history-bulk-interval?run_ids={id}&metric_key=loss&max_results={most}"
        );

        Assert.InRange(sampled["metrics"]!.AsArray().Count, 2, Math.Max(most, 4));
    }

    [Fact]
    public async Task take_requests_of_old_clients()
    {
        var id = MlflowCalls.IdOf(await host.RunAsync("0"));
        // JSON in JSON, numbers as text, the old name of the id, fields that nobody knows.
        var body =
            $$"""{"run_uuid":"{{id}}","key":"loss","value":0.5,"timestamp":"1700000000000","step":"3","new":true}""";
        await host.PostAsync("/runs/log-metric", System.Text.Json.JsonSerializer.Serialize(body));

        Assert.Equal(3, (await RunAsync(id))["data"]!["metrics"]![0]!["step"]!.GetValue<int>());
    }

    private async Task<(string Experiment, Dictionary<string, string> Ids)> ThreeAsync()
    {
        var experiment = await host.ExperimentAsync(Unique());
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, number) in "abc".Select((letter, i) => ($"{letter}", i)))
        {
            var run = await host.PostAsync(
                "/runs/create",
                new
                {
                    experiment_id = experiment,
                    run_name = name,
                    start_time = 1_700_000_000_000 + number,
                    tags = new[] { new { key = "mlflow.source.name", value = "train.py" } },
                }
            );
            ids[name] = MlflowCalls.IdOf(run["run"]!);
        }

        await LogAsync("a", [Metric("val/acc", 0.9, 1)], "0.5");
        await LogAsync("b", [Metric("loss", 0.2, 1)], "0.1");
        await LogAsync("c", [Metric("loss", 0.7, 1)], lr: null);
        await host.PostAsync("/runs/update", new { run_id = ids["a"], status = "FINISHED" });
        return (experiment, ids);

        Task<JsonNode> LogAsync(string name, object[] metrics, string? lr) =>
            host.PostAsync(
                "/runs/log-batch",
                new
                {
                    run_id = ids[name],
                    metrics,
                    @params = lr is null ? [] : new[] { new { key = "lr", value = lr } },
                }
            );
    }

    private async Task<string> NamesAsync(string experiment, string filter, string order)
    {
        var names = "";
        string? token = null;
        do
        {
            var page = await host.PostAsync(
                "/runs/search",
                new
                {
                    experiment_ids = new[] { experiment },
                    filter,
                    order_by = order.Length == 0 ? [] : new[] { order },
                    max_results = 2,
                    page_token = token,
                }
            );
            names += string.Concat((page["runs"]?.AsArray() ?? []).Select(run => run!["info"]!["run_name"].Text()));
            token = page["next_page_token"]?.Text();
        } while (token is not null);

        return names;
    }

    private async Task<JsonNode> RunAsync(string id) => (await host.AskAsync($"/runs/get?run_id={id}"))["run"]!;

    private static string Unique() => $"exp {Guid.CreateVersion7():N}";

    private static object Metric(string key, object value, int step) =>
        new
        {
            key,
            value,
            timestamp = 1_700_000_000_000,
            step,
        };

    private static object Value(string run, string key, string value) =>
        new
        {
            run_id = run,
            key,
            value,
        };

    private static string? ValueOf(JsonNode run, string list, string key) =>
        run["data"]!
            [list]
            ?.AsArray()
            .FirstOrDefault(entry => string.Equals(entry!["key"].Text(), key, StringComparison.Ordinal))
            ?["value"]?.Text();
}
