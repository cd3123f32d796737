using System.Net;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Mlflow;

[Trait("suite", "integration")]
public sealed class Parents_of_runs_of_MLflow(TrackingHost host) : IClassFixture<TrackingHost>
{
    private const string Tag = "mlflow.parentRunId";

    [Fact]
    public async Task are_set_moved_and_removed_by_a_tag()
    {
        var (first, second, run) = (await RunAsync(), await RunAsync(), await RunAsync());

        await SetAsync(run, first);
        Assert.Equal(first, await ParentAsync(run));
        Assert.Equal(Guid.Parse(first).ToString(), (await host.GetAsync($"/api/runs/{run}"))["parentId"].Text());
        await host.PostAsync(
            "/runs/log-batch",
            new { run_id = run, tags = new[] { new { key = Tag, value = second } } }
        );
        Assert.Equal(second, await ParentAsync(run));
        await host.PostAsync("/runs/delete-tag", new { run_id = run, key = Tag });
        Assert.Null(await ParentAsync(run));
    }

    [Fact]
    public async Task and_names_find_and_order_runs_as_the_tags_that_they_are_for_clients()
    {
        var experiment = await host.ExperimentAsync($"{Guid.CreateVersion7():N}");
        var parent = MlflowCalls.IdOf(await host.RunAsync(experiment));
        foreach (var name in new[] { "b", "a", "other" })
        {
            var run = MlflowCalls.IdOf(await host.RunAsync(experiment));
            await host.PostAsync("/runs/update", new { run_id = run, run_name = name });
            await SetAsync(run, parent);
        }

        var found = await host.PostAsync(
            "/runs/search",
            new
            {
                experiment_ids = new[] { experiment },
                filter = $"tags.mlflow.parentRunId = '{parent}' and tags.`mlflow.runName` != 'other'",
                order_by = new[] { "tags.`mlflow.runName`" },
            }
        );

        Assert.Equal(["a", "b"], found["runs"]!.AsArray().Select(run => run!["info"]!["run_name"].Text()));
    }

    [Fact]
    public async Task are_runs_that_are_there_and_the_callers_to_see()
    {
        var run = await RunAsync();

        Assert.Equal(
            "RESOURCE_DOES_NOT_EXIST",
            (await SetAsync(run, $"{Guid.CreateVersion7():N}", HttpStatusCode.NotFound)).Code()
        );
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await SetAsync(run, "no run", HttpStatusCode.NotFound)).Code());
        Assert.Equal("INVALID_PARAMETER_VALUE", (await SetAsync(run, run, HttpStatusCode.BadRequest)).Code());

        var job = Guid.CreateVersion7();
        var ofJob = Guid.CreateVersion7();
        await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{ofJob}",
            new { project = "parents", jobId = job },
            HttpStatusCode.Created
        );
        Assert.Equal(
            "PERMISSION_DENIED",
            (await SetAsync(ofJob.ToString("N"), run, HttpStatusCode.Forbidden, Caller.Job(job, attempt: 1))).Code()
        );
        Assert.Null(await ParentAsync(run));
    }

    [Fact]
    public async Task are_no_parts_of_the_run()
    {
        var (run, part, below) = (await RunAsync(), await RunAsync(), await RunAsync());
        await SetAsync(part, run);
        await SetAsync(below, part);

        Assert.Equal("INVALID_PARAMETER_VALUE", (await SetAsync(run, below, HttpStatusCode.BadRequest)).Code());
        Assert.Null(await ParentAsync(run));
    }

    private async Task<string> RunAsync() => MlflowCalls.IdOf(await host.RunAsync("0"));

    private Task<JsonNode> SetAsync(
        string run,
        string parent,
        HttpStatusCode expected = HttpStatusCode.OK,
        Caller? caller = null
    ) =>
        host.PostAsync(
            "/runs/set-tag",
            new
            {
                run_id = run,
                key = Tag,
                value = parent,
            },
            expected,
            caller
        );

    private async Task<string?> ParentAsync(string run) =>
        (string?)
            (await host.AskAsync($"/runs/get?run_id={run}"))["run"]!["data"]!["tags"]!
                .AsArray()
                .SingleOrDefault(tag => tag!["key"].Text() == Tag)
                ?["value"];
}
