using System.Net;
using System.Text.Json.Nodes;
using Platform.Contracts.Tracking;
using Platform.ServiceDefaults;
using Platform.Tracking.Runs;

namespace Platform.Tracking.Tests.Mlflow;

/// <summary>What MLflow's clients of version 3 send when they log a model, and what they are answered.</summary>
[Trait("suite", "integration")]
public sealed class Logged_models_of_MLflow(TrackingHost host) : IClassFixture<TrackingHost>
{
    private const string Models = "/logged-models";
    private const string None = $"{Models}/m-00000000000000000000000000000000";

    [Fact]
    public async Task begin_get_parameters_and_tags_and_are_ready()
    {
        var experiment = await host.ExperimentAsync(Unique());
        var run = MlflowCalls.IdOf(await host.RunAsync(experiment));
        var created = await host.PostAsync(
            Models,
            new
            {
                experiment_id = experiment,
                name = "net",
                model_type = "agent",
                source_run_id = run,
                @params = MlflowCalls.Pairs(("lr", "0.1")),
                tags = MlflowCalls.Pairs(("owner", "anna"), ("old", "1"), ("older/still", "1")),
            }
        );

        var info = created["model"]!["info"]!;
        var id = info["model_id"].Text();
        Assert.True(LoggedModelIds.IsId(id));
        Assert.Equal("LOGGED_MODEL_PENDING", info["status"].Text());
        Assert.Equal($"mlflow-artifacts:/{experiment}/models/{id}/artifacts", info["artifact_uri"].Text());
        Assert.Equal(
            (run, "agent", "net"),
            (info["source_run_id"].Text(), info["model_type"].Text(), info["name"].Text())
        );

        await host.PostAsync(
            $"{Models}/{id}/params",
            new { @params = MlflowCalls.Pairs(("lr", "0.1"), ("layers", "3")) }
        );
        await host.CallAsync(
            HttpMethod.Patch,
            $"{Models}/{id}/tags",
            new { tags = MlflowCalls.Pairs(("owner", "bob"), ("a/b", "c")) }
        );
        await host.CallAsync(HttpMethod.Delete, $"{Models}/{id}/tags/old", new { });
        await host.CallAsync(HttpMethod.Delete, $"{Models}/{id}/tags/older/still", new { });
        var ready = await host.CallAsync(
            HttpMethod.Patch,
            $"{Models}/{id}",
            new { model_id = id, status = "LOGGED_MODEL_READY" }
        );

        var model = (await host.AskAsync($"{Models}/{id}"))["model"]!;
        Assert.Equal(model.ToJsonString(), ready["model"]!.ToJsonString());
        Assert.Equal("LOGGED_MODEL_READY", model["info"]!["status"].Text());
        Assert.Equal([("a/b", "c"), ("owner", "bob")], PairsOf(model["info"]!["tags"]));
        Assert.Equal([("layers", "3"), ("lr", "0.1")], PairsOf(model["data"]!["params"]));
    }

    [Theory]
    [InlineData("tags")]
    [InlineData("tags/")]
    public async Task lose_only_tags_that_a_request_names(string path)
    {
        var answer = await host.CallAsync(
            HttpMethod.Delete,
            $"{Models}/{await ModelAsync("0")}/{path}",
            new { },
            HttpStatusCode.BadRequest
        );

        Assert.Equal("INVALID_PARAMETER_VALUE", answer.Code());
        Assert.StartsWith(
            "Missing value for required parameter 'tag_key'.",
            answer["message"].Text(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task have_parameters_that_stay_and_names_that_an_address_can_have()
    {
        var id = await ModelAsync("0");
        await host.PostAsync($"{Models}/{id}/params", new { @params = MlflowCalls.Pairs(("lr", "0.1")) });

        var changed = await host.PostAsync(
            $"{Models}/{id}/params",
            new { @params = MlflowCalls.Pairs(("lr", "0.2")) },
            HttpStatusCode.BadRequest
        );
        var named = await host.PostAsync(Models, new { experiment_id = "0", name = "a/b" }, HttpStatusCode.BadRequest);
        var pending = await host.CallAsync(
            HttpMethod.Patch,
            $"{Models}/{id}",
            new { status = "LOGGED_MODEL_PENDING" },
            HttpStatusCode.BadRequest
        );

        Assert.All([changed, named, pending], answer => Assert.Equal("INVALID_PARAMETER_VALUE", answer.Code()));
        Assert.NotEqual(
            "",
            (await host.PostAsync(Models, new { experiment_id = "0" }))["model"]!["info"]!["name"].Text()
        );
    }

    [Fact]
    public async Task that_are_not_there_are_not_found()
    {
        var answers = new[]
        {
            await host.AskAsync(None, HttpStatusCode.NotFound),
            await host.AskAsync($"{Models}/something", HttpStatusCode.NotFound),
            await host.CallAsync(
                HttpMethod.Patch,
                $"{None}/tags",
                new { tags = MlflowCalls.Pairs(("a", "b")) },
                HttpStatusCode.NotFound
            ),
            await host.CallAsync(HttpMethod.Delete, None, new { }, HttpStatusCode.NotFound),
            await host.PostAsync(Models, new { experiment_id = "999999" }, HttpStatusCode.NotFound),
            await host.PostAsync(
                Models,
                new { experiment_id = "0", source_run_id = Guid.CreateVersion7() },
                HttpStatusCode.NotFound
            ),
            await host.CallAsync(
                HttpMethod.Delete,
                $"{Models}/{await ModelAsync("0")}/tags/none",
                new { },
                HttpStatusCode.NotFound
            ),
        };

        Assert.All(answers, answer => Assert.Equal("RESOURCE_DOES_NOT_EXIST", answer.Code()));
    }

    [Fact]
    public async Task have_the_last_value_of_each_metric_that_runs_log_for_them()
    {
        var run = MlflowCalls.IdOf(await host.RunAsync("0"));
        var id = await ModelAsync("0");
        object Metric(double value, int step, string? dataset = null) =>
            new
            {
                key = "acc",
                value,
                timestamp = 1_700_000_000_000,
                step,
                model_id = id,
                dataset_name = dataset,
                dataset_digest = dataset is null ? null : "d1",
            };
        await host.PostAsync(
            "/runs/log-batch",
            new { run_id = run, metrics = new[] { Metric(0.9, 2), Metric(0.5, 1), Metric(0.7, 1, "train") } }
        );
        await host.PostAsync(
            "/runs/log-metric",
            new
            {
                run_id = run,
                key = "acc",
                value = 0.1,
                timestamp = 1,
                step = 0,
                model_id = id,
            }
        );

        var metrics = (await host.AskAsync($"{Models}/{id}"))["model"]!["data"]!["metrics"]!.AsArray();
        Assert.Equal([0.9, 0.7], metrics.Select(metric => metric!["value"]!.GetValue<double>()));
        Assert.Equal([null, "train"], metrics.Select(metric => (string?)metric!["dataset_name"]));
        Assert.All(metrics, metric => Assert.Equal((run, id), (metric!["run_id"].Text(), metric["model_id"].Text())));
        // They are the run's as well, also where its model is not known.
        Assert.Equal(
            "RESOURCE_DOES_NOT_EXIST",
            (
                await host.PostAsync(
                    "/runs/log-metric",
                    new
                    {
                        run_id = run,
                        key = "other",
                        value = 1,
                        timestamp = 1,
                        model_id = "m-00000000000000000000000000000000",
                    },
                    HttpStatusCode.NotFound
                )
            ).Code()
        );
        var latest = (await host.AskAsync($"/runs/get?run_id={run}"))["run"]!["data"]!["metrics"]!.AsArray();
        Assert.Equal(["acc"], latest.Select(metric => metric!["key"].Text()));
    }

    [Fact]
    public async Task that_were_deleted_are_not_found_and_nor_are_those_of_deleted_runs_and_experiments()
    {
        var experiment = await host.ExperimentAsync(Unique());
        var run = MlflowCalls.IdOf(await host.RunAsync(experiment));
        var (deleted, ofRun) = (await ModelAsync(experiment), await ModelAsync(experiment, run));

        await host.CallAsync(HttpMethod.Delete, $"{Models}/{deleted}", new { });
        Assert.Equal([ofRun], await SearchAsync(experiment));
        await host.PostAsync("/runs/delete", new { run_id = run });
        Assert.Empty(await SearchAsync(experiment));
        await host.AskAsync($"{Models}/{ofRun}", HttpStatusCode.NotFound);
        await host.PostAsync("/runs/restore", new { run_id = run });
        Assert.Equal([ofRun], await SearchAsync(experiment));
        await host.PostAsync("/experiments/delete", new { experiment_id = experiment });
        Assert.Empty(await SearchAsync(experiment));
    }

    [Fact]
    public async Task go_with_their_run_and_so_do_their_files()
    {
        var run = MlflowCalls.IdOf(await host.RunAsync("0"));
        var id = await ModelAsync("0", run);
        await host.PostAsync("/runs/outputs", new { run_id = run, models = new[] { new { model_id = id, step = 3 } } });
        var heard = await host.HearAsync(id);
        var first = await heard.ReadAsync();
        Assert.True(first is { Exists: true, IsDeleted: false, Experiment: "0", Project: "default" });

        await host.PostAsync("/runs/delete", new { run_id = run });
        // The end of the run is announced as well.
        FileOwnerAnnounced said;
        do
        {
            said = await heard.ReadAsync();
        } while (!said.IsDeleted);
        Assert.True(said.Version > first.Version);

        await host.SendAsync(HttpMethod.Post, "/api/runs/purge", new { ids = new[] { run } }, HttpStatusCode.OK);
        do
        {
            said = await heard.ReadAsync();
        } while (said.Exists);
        Assert.Equal(long.MaxValue, said.Version);
        await using var rows = host.Store.DataSource.CreateCommand(
            "select (select count(*) from run_model where model_id = $1) + (select count(*) from logged_model where id = $1)"
        );
        rows.Parameters.Add(new() { Value = id });
        Assert.Equal(0L, await rows.ExecuteScalarAsync());
    }

    [Fact]
    public async Task that_were_deleted_long_ago_are_purged()
    {
        var (kept, id) = (await ModelAsync("0"), await ModelAsync("0"));
        await host.CallAsync(HttpMethod.Delete, $"{Models}/{kept}", new { });
        await host.CallAsync(HttpMethod.Delete, $"{Models}/{id}", new { });

        await ExecuteAsync("update logged_model set deleted_at = now() - interval '31 days' where id = $1", id);

        await WaitFor.ConditionAsync("the model to be purged", async () => !await IsStoredAsync(id));
        Assert.True(await IsStoredAsync(kept));
    }

    [Fact]
    public async Task of_a_run_that_was_purged_by_a_process_that_then_ended_are_purged_later()
    {
        var run = MlflowCalls.IdOf(await host.RunAsync("0"));
        var id = await ModelAsync("0", run);
        await host.PostAsync("/runs/delete", new { run_id = run });

        await host.Store.HandleAsync(
            Run.Decider,
            Guid.Parse(run).ToString(),
            state => Run.Decide(state, new PurgeRun(), DateTimeOffset.UnixEpoch)
        );

        await WaitFor.ConditionAsync("the model to be purged", async () => !await IsStoredAsync(id));
    }

    [Fact]
    public async Task of_a_job_are_its_processes_own_only()
    {
        var (job, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var one in new[] { job, other })
        {
            await host.SendAsync(
                HttpMethod.Put,
                $"/api/runs/{Guid.CreateVersion7()}",
                new { project = "logged/models", jobId = one },
                HttpStatusCode.Created
            );
        }

        var (mine, foreign) = (Caller.Job(job, attempt: 1), Caller.Job(other, attempt: 1));
        var experiment = (await host.AskAsync("/experiments/get-by-name?experiment_name=x", caller: mine))[
            "experiment"
        ]!
            ["experiment_id"]
            .Text();
        var id = MlflowCalls.ModelOf(
            await host.PostAsync(Models, new { experiment_id = experiment, name = "net" }, caller: mine)
        );

        await host.AskAsync($"{Models}/{id}", caller: mine);
        var refused = new[]
        {
            await host.AskAsync($"{Models}/{id}", HttpStatusCode.Forbidden, foreign),
            await host.CallAsync(
                HttpMethod.Patch,
                $"{Models}/{id}",
                new { status = "LOGGED_MODEL_READY" },
                HttpStatusCode.Forbidden,
                foreign
            ),
            await host.PostAsync(Models, new { experiment_id = "0" }, HttpStatusCode.Forbidden, mine),
        };
        Assert.All(refused, answer => Assert.Equal("PERMISSION_DENIED", answer.Code()));
        var search = new { experiment_ids = new[] { experiment } };
        Assert.Equal(
            [id],
            (await host.PostAsync($"{Models}/search", search, caller: mine))["models"]!
                .AsArray()
                .Select(MlflowCalls.ModelIdOf)
        );
        Assert.Null((await host.PostAsync($"{Models}/search", search, caller: foreign))["models"]);
    }

    private static string Unique() => $"models {Guid.CreateVersion7():N}";

    private static IEnumerable<(string Key, string Value)> PairsOf(JsonNode? list) =>
        list!.AsArray().Select(pair => (pair!["key"].Text(), pair["value"].Text())).Order();

    private async Task<bool> IsStoredAsync(string id)
    {
        await using var command = host.Store.DataSource.CreateCommand("select 1 from logged_model where id = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync() is not null;
    }

    private async Task ExecuteAsync(string sql, string id)
    {
        await using var command = host.Store.DataSource.CreateCommand(sql);
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<string> ModelAsync(string experiment, string? run = null) =>
        MlflowCalls.ModelOf(await host.PostAsync(Models, new { experiment_id = experiment, source_run_id = run }));

    private async Task<IEnumerable<string>> SearchAsync(string experiment) =>
        (await host.PostAsync($"{Models}/search", new { experiment_ids = new[] { experiment } }))["models"]
            ?.AsArray()
            .Select(MlflowCalls.ModelIdOf)
        ?? [];
}
