using System.Text;

namespace Platform.EndToEnd.Tests.Faults;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Rebuilding_read_models(TwoNodeCluster cluster)
{
    private static readonly string[] _services = ["jobs", "nodes", "artifacts", "tracking", "gateway"];

    [Fact]
    public async Task After_faults_gives_the_same_answers()
    {
        var id = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 60, pause: 0.1));
        await cluster.Api.WaitForStepsAsync(id, 10);
        foreach (var service in new[] { "jobs", "nodes", "artifacts" })
        {
            await cluster.KillAsync(service);
        }

        await cluster.UpAsync();
        await cluster.Api.AssertCountedAsync(id, steps: 60);
        await cluster.AssertNothingIsLeftAsync();
        // With the jobs of the tests before, whatever happened to them.
        var answers = await AnswersAsync(id);

        foreach (var service in _services)
        {
            await Command.SucceedAsync(TimeSpan.FromMinutes(1), "rebuild", service, "--data", cluster.Data);
        }

        Assert.Equal(answers, await AnswersAsync(id));
    }

    private async Task<string> AnswersAsync(Guid jobId)
    {
        var run = (await cluster.Api.GetAsync($"/api/jobs/{jobId}"))["runId"]!.GetValue<string>();
        var answers = new StringBuilder();
        foreach (
            var path in new[]
            {
                "/api/jobs?limit=200",
                $"/api/jobs/{jobId}",
                $"/api/jobs/{jobId}/events",
                $"/api/jobs/{jobId}/logs",
                $"/api/jobs/{jobId}/artifacts",
                "/api/nodes/placements",
                "/api/runs?limit=200",
                $"/api/runs/{run}",
                $"/api/runs/{run}/metrics?keys=value&points=1000",
                "/api/artifacts?limit=200",
                "/api/artifacts/count/versions/latest",
            }
        )
        {
            answers.AppendLine(await cluster.Api.Http.GetStringAsync(path));
        }

        // A node's beats and telemetry go on; what its events say does not change.
        foreach (var node in (await cluster.Api.GetAsync("/api/nodes"))["items"]!.AsArray())
        {
            answers.AppendLine(
                $"{node!["id"]} {node["name"]} {node["status"]} {node["version"]} {node["free"]} {node["joinedAt"]}"
            );
        }

        return answers.ToString();
    }
}
