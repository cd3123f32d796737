using System.Text.Json.Nodes;

namespace Platform.EndToEnd.Tests;

[Collection("cluster")]
[Trait("suite", "e2e")]
public sealed class Training_digits(LocalCluster cluster)
{
    [Fact]
    [Trait("check", "JOB-02")]
    public async Task in_csharp_succeeds_with_its_log_its_metrics_and_its_model()
    {
        var id = await cluster.Api.SubmitAsync(DigitsJobs.InCSharp(epochs: 20));

        var job = await cluster.Api.WaitForStatusAsync(id, "succeeded");

        Assert.Equal(0, job["exitCode"]!.GetValue<int>());
        Assert.Equal(20, EpochsIn(await cluster.Api.LogAsync(id)));
        await AssertTrackedAsync(cluster.Api, job, epochs: 20);
        await AssertEachEpochIsMeasuredOnceAsync(job, epochs: 20);
        await AssertModelIsKeptAsync(cluster.Api, "digits-model", id);
        await AssertHistoryAsync(id);
    }

    [Fact]
    public async Task in_pytorch_succeeds_with_its_log_its_metrics_and_its_model()
    {
        var id = await cluster.Api.SubmitAsync(DigitsJobs.InPyTorch(epochs: 5));

        var job = await cluster.Api.WaitForStatusAsync(id, "succeeded", TimeSpan.FromMinutes(4));

        Assert.Equal(5, EpochsIn(await cluster.Api.LogAsync(id)));
        await AssertTrackedAsync(cluster.Api, job, epochs: 5);
        await AssertEachEpochIsMeasuredOnceAsync(job, epochs: 5);
        await AssertModelIsKeptAsync(cluster.Api, "digits-pytorch-model", id);
    }

    internal static int EpochsIn(string log) =>
        log.Split('\n').Count(line => line.StartsWith("epoch ", StringComparison.OrdinalIgnoreCase));

    internal static async Task AssertTrackedAsync(PlatformApi api, JsonNode job, int epochs)
    {
        var runId = job["runId"]!.GetValue<string>();
        await api.WaitForMeasuredStepsAsync(runId, "loss", epochs);
        await api.WaitForMeasuredStepsAsync(runId, "accuracy", epochs);
        var metrics = await api.GetAsync($"/api/runs/{runId}/metrics?keys=accuracy&points=2000");
        var accuracy = Assert.Single(metrics["series"]!.AsArray())!;
        Assert.True(accuracy["values"]!.AsArray()[^1]!.GetValue<double>() >= 0.95, $"accuracy: {accuracy}");
        await WaitFor.ConditionAsync(
            "the run to be finished",
            async () => (await api.GetAsync($"/api/runs/{runId}"))["status"]!.GetValue<string>() == "finished"
        );
    }

    internal static async Task AssertModelIsKeptAsync(PlatformApi api, string artifact, Guid jobId)
    {
        var kept = (await api.GetAsync($"/api/jobs/{jobId}/artifacts"))["items"]!
            .AsArray()
            .Single(item => item!["name"]!.GetValue<string>() == artifact)!;
        var version = kept["version"]!.GetValue<int>();
        var manifest = await api.GetAsync($"/api/artifacts/{artifact}/versions/{version}");

        Assert.NotEmpty(manifest["files"]!.AsArray());
        foreach (var file in manifest["files"]!.AsArray())
        {
            Assert.NotEmpty(await api.DownloadAsync(artifact, $"{version}", file!["path"]!.GetValue<string>()));
        }
    }

    /// <summary>Holds for a training that nothing interrupted: after a kill, epochs that no kept checkpoint has are trained again.</summary>
    private async Task AssertEachEpochIsMeasuredOnceAsync(JsonNode job, int epochs)
    {
        var runId = job["runId"]!.GetValue<string>();
        var metrics = await cluster.Api.GetAsync($"/api/runs/{runId}/metrics?keys=loss,accuracy&points=2000");
        Assert.All(metrics["series"]!.AsArray(), series => Assert.Equal(epochs, series!["values"]!.AsArray().Count));
    }

    private async Task AssertHistoryAsync(Guid jobId)
    {
        var history = (await cluster.Api.GetAsync($"/api/jobs/{jobId}/events"))["items"]!
            .AsArray()
            .Select(entry => entry!["type"]!.GetValue<string>());

        Assert.Equal(["job_submitted", "job_queued", "job_placed", "job_started", "job_succeeded"], history);
    }
}
