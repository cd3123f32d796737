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

        var tags = (await host.AskAsync($"/runs/get?run_id={run}"))["run"]!["data"]!["tags"]!.AsArray();
        var history = JsonNode
            .Parse(tags.Single(tag => tag!["key"].Text() == "mlflow.log-model.history")!["value"].Text())!
            .AsArray();
        Assert.Equal(["a", "b", "c"], history.Select(model => model!["artifact_path"].Text()).Order());
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

        static string Model(string path, string run) =>
            $$"""{"artifact_path":"{{path}}","flavors":{},"utc_time_created":"2026-01-31 12:00:00","run_id":"{{run}}"}""";
    }
}
