using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Mlflow;

[Trait("suite", "integration")]
public sealed class Models_that_runs_of_MLflow_log(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task are_listed_each_once()
    {
        var run = (await host.RunAsync("0"))["info"]!["run_id"].Text();
        string[] paths = ["a", "b", "c", "a"];

        await Task.WhenAll(
            paths.Select(path => host.PostAsync("/runs/log-model", new { run_id = run, model_json = Model(path, run) }))
        );

        Assert.Equal(
            ["a", "b", "c"],
            (await HistoryAsync(run)).Select(model => model!["artifact_path"].Text()).Order()
        );
        Assert.Equal(
            "INVALID_PARAMETER_VALUE",
            (
                await host.PostAsync(
                    "/runs/log-model",
                    new { run_id = run, model_json = """{"artifact_path":"x"}""" },
                    HttpStatusCode.BadRequest
                )
            ).Code()
        );
        Assert.Equal(
            "INVALID_PARAMETER_VALUE",
            (
                await host.PostAsync(
                    "/runs/log-model",
                    new { run_id = run, model_json = "[]" },
                    HttpStatusCode.BadRequest
                )
            ).Code()
        );
    }

    [Fact]
    public async Task are_kept_with_what_finds_them_and_not_with_their_signature()
    {
        var run = (await host.RunAsync("0"))["info"]!["run_id"].Text();
        var model = (JsonObject)JsonNode.Parse(Model("a", run))!;
        model["flavors"] = JsonNode.Parse(
            """{"python_function":{"loader_module":"mlflow.sklearn","config":{"a":1}}}"""
        );
        model["model_uuid"] = "0123";
        model["signature"] = new JsonObject { ["inputs"] = new string('"', 20_000) };
        model["mlflow_version"] = "3.3.0";

        await host.PostAsync("/runs/log-model", new { run_id = run, model_json = model.ToJsonString() });

        Assert.Equal(
            $$$"""[{"artifact_path":"a","flavors":{"python_function":{"loader_module":"mlflow.sklearn"}},"utc_time_created":"2026-01-31 12:00:00","run_id":"{{{run}}}","model_uuid":"0123"}]""",
            (await HistoryAsync(run)).ToJsonString()
        );
    }

    [Fact]
    public async Task are_the_newest_that_the_tag_has_room_for()
    {
        var run = (await host.RunAsync("0"))["info"]!["run_id"].Text();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await host.PostAsync(
                "/runs/log-model",
                new { run_id = run, model_json = Model($"{name}{new string('é', 3000)}", run) }
            );
        }

        Assert.Equal(["b", "c"], (await HistoryAsync(run)).Select(model => model!["artifact_path"].Text()[..1]));
    }

    private async Task<JsonArray> HistoryAsync(string run)
    {
        var tags = (await host.AskAsync($"/runs/get?run_id={run}"))["run"]!["data"]!["tags"]!.AsArray();
        return JsonNode
            .Parse(tags.Single(tag => tag!["key"].Text() == "mlflow.log-model.history")!["value"].Text())!
            .AsArray();
    }

    private static string Model(string path, string run) =>
        $$"""{"artifact_path":"{{path}}","flavors":{},"utc_time_created":"2026-01-31 12:00:00","run_id":"{{run}}"}""";
}
