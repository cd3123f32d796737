using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Mlflow;

[Trait("suite", "integration")]
public sealed class What_runs_of_MLflow_read_and_made(TrackingHost host) : IClassFixture<TrackingHost>
{
    private readonly string _unique = $"{Guid.CreateVersion7():N}";

    [Fact]
    public async Task is_in_the_run_and_in_lists_of_runs()
    {
        var experiment = await host.ExperimentAsync(_unique);
        var run = MlflowCalls.IdOf(await host.RunAsync(experiment));
        var (read, made) = (await ModelAsync(experiment), await ModelAsync(experiment));
        var inputs = new
        {
            run_id = run,
            datasets = new[] { Input("digits", "d1", "training", schema: "{}"), Input("digits", "d2", "testing") },
            models = new[] { new { model_id = read } },
        };

        // Sent twice, as by a client that got no answer.
        for (var repeat = 0; repeat < 2; repeat++)
        {
            Assert.Equal("{}", (await host.PostAsync("/runs/log-inputs", inputs)).ToJsonString());
            await host.PostAsync(
                "/runs/outputs",
                new { run_id = run, models = new[] { new { model_id = made, step = 5 } } }
            );
        }

        var found = (await host.AskAsync($"/runs/get?run_id={run}"))["run"]!;
        var listed = (await SearchAsync(experiment, ""))[0]!;
        Assert.Equal(found.ToJsonString(), listed.ToJsonString());
        Assert.Equal(
            """{"tags":[{"key":"mlflow.data.context","value":"training"}],"dataset":{"name":"digits","digest":"d1","source_type":"local","source":"file","schema":"{}"}}""",
            found["inputs"]!["dataset_inputs"]![0]!.ToJsonString()
        );
        Assert.Equal(2, found["inputs"]!["dataset_inputs"]!.AsArray().Count);
        Assert.Equal($$"""[{"model_id":"{{read}}"}]""", found["inputs"]!["model_inputs"]!.ToJsonString());
        Assert.Equal($$"""{"model_outputs":[{"model_id":"{{made}}","step":5}]}""", found["outputs"]!.ToJsonString());
    }

    [Fact]
    public async Task is_nothing_in_a_new_run()
    {
        var run = await host.RunAsync("0");

        Assert.Equal("{}", run["inputs"]!.ToJsonString());
        Assert.Null(run["outputs"]);
    }

    [Fact]
    public async Task is_whole_in_the_run_but_brief_in_lists()
    {
        var experiment = await host.ExperimentAsync(_unique);
        var run = MlflowCalls.IdOf(await host.RunAsync(experiment));
        var schema = new string('s', 1_048_575);
        await host.PostAsync(
            "/runs/log-inputs",
            new { run_id = run, datasets = new[] { Input("big", "d", "training", schema) } }
        );

        var found = (await host.AskAsync($"/runs/get?run_id={run}"))["run"]!;
        var listed = (await SearchAsync(experiment, ""))[0]!;

        Assert.Equal(schema, DatasetOf(found)["schema"].Text());
        Assert.Null(DatasetOf(listed)["schema"]);

        static JsonNode DatasetOf(JsonNode run) => run["inputs"]!["dataset_inputs"]![0]!["dataset"]!;
    }

    [Theory]
    [InlineData("dataset.name = 'digits'", "a,b")]
    [InlineData("datasets.digest = 'd1' and dataset.context = 'training'", "a")]
    [InlineData("dataset.context IN ('testing')", "b")]
    [InlineData("dataset.name LIKE 'dig%' and not dataset.digest = 'd1'", "b")]
    [InlineData("dataset.name ILIKE 'LETTERS' or dataset.digest = 'd2'", "b,c")]
    [InlineData("dataset.name != 'digits'", "c")]
    public async Task finds_runs(string filter, string expected)
    {
        var experiment = await host.ExperimentAsync(_unique);
        foreach (
            var (name, dataset, digest, context) in new[]
            {
                ("a", "digits", "d1", "training"),
                ("b", "digits", "d2", "testing"),
                ("c", "letters", "d3", "training"),
                ("d", "", "", ""),
            }
        )
        {
            var run = MlflowCalls.IdOf(await host.RunAsync(experiment));
            await host.PostAsync("/runs/update", new { run_id = run, run_name = name });
            if (dataset.Length > 0)
            {
                await host.PostAsync(
                    "/runs/log-inputs",
                    new { run_id = run, datasets = new[] { Input(dataset, digest, context) } }
                );
            }
        }

        var found = await SearchAsync(experiment, filter);

        Assert.Equal(
            expected,
            string.Join(',', found.Select(run => run!["info"]!["run_name"].Text()).Order(StringComparer.Ordinal))
        );
    }

    [Theory]
    [InlineData("dataset.bogus = 'a'")]
    [InlineData("dataset.name > 'a'")]
    public async Task finds_no_runs_by_what_datasets_do_not_have(string filter) =>
        Assert.Equal(
            "INVALID_PARAMETER_VALUE",
            (
                await host.PostAsync(
                    "/runs/search",
                    new { experiment_ids = new[] { "0" }, filter },
                    HttpStatusCode.BadRequest
                )
            ).Code()
        );

    [Fact]
    public async Task is_listed_by_experiment()
    {
        var experiment = await host.ExperimentAsync(_unique);
        for (var i = 0; i < 2; i++)
        {
            var run = MlflowCalls.IdOf(await host.RunAsync(experiment));
            await host.PostAsync(
                "/runs/log-inputs",
                new { run_id = run, datasets = new[] { Input("digits", "d1", "training") } }
            );
        }

        var found = await host.PostAsync("/experiments/search-datasets", new { experiment_ids = new[] { experiment } });
        var tooMany = await host.PostAsync(
            "/experiments/search-datasets",
            new { experiment_ids = Enumerable.Range(0, 21).Select(id => $"{id}") },
            HttpStatusCode.BadRequest
        );

        Assert.Equal(
            $$"""{"dataset_summaries":[{"experiment_id":"{{experiment}}","name":"digits","digest":"d1","context":"training"}]}""",
            found.ToJsonString()
        );
        Assert.Equal("INVALID_PARAMETER_VALUE", tooMany.Code());
    }

    [Fact]
    public async Task has_limits()
    {
        var run = MlflowCalls.IdOf(await host.RunAsync("0"));
        object[] bad =
        [
            new { tags = Array.Empty<object>() },
            Input(new string('n', 501), "d", "training"),
            Input("n", new string('d', 37), "training"),
            Input("n", "d", new string('c', 501)),
            Input("n", "d", "training", new string('s', 1_048_576)),
            Input("", "d", "training"),
        ];
        foreach (var dataset in bad)
        {
            Assert.Equal(
                "INVALID_PARAMETER_VALUE",
                (
                    await host.PostAsync(
                        "/runs/log-inputs",
                        new { run_id = run, datasets = new[] { dataset } },
                        HttpStatusCode.BadRequest
                    )
                ).Code()
            );
        }

        var unknown = new { run_id = run, models = new[] { new { model_id = "m-00000000000000000000000000000000" } } };
        await host.PostAsync("/runs/log-inputs", unknown, HttpStatusCode.NotFound);
        await host.PostAsync("/runs/outputs", unknown, HttpStatusCode.NotFound);
        await host.PostAsync("/runs/delete", new { run_id = run });
        await host.PostAsync("/runs/log-inputs", new { run_id = run }, HttpStatusCode.BadRequest);
        Assert.Equal("{}", (await host.AskAsync($"/runs/get?run_id={run}"))["run"]!["inputs"]!.ToJsonString());
    }

    [Fact]
    public async Task goes_with_the_run_and_a_dataset_with_the_last_one_that_read_it()
    {
        var runs = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var run = MlflowCalls.IdOf(await host.RunAsync("0"));
            await host.PostAsync(
                "/runs/log-inputs",
                new { run_id = run, datasets = new[] { Input(_unique, "d", "training") } }
            );
            await host.PostAsync("/runs/delete", new { run_id = run });
            runs.Add(run);
        }

        Assert.Equal(1L, await CountAsync());
        await host.SendAsync(HttpMethod.Post, "/api/runs/purge", new { ids = runs }, HttpStatusCode.OK);

        await WaitFor.ConditionAsync("the dataset to be deleted", async () => await CountAsync() == 0);

        async Task<long> CountAsync()
        {
            await using var command = host.Store.DataSource.CreateCommand(
                "select count(*) from dataset where name = $1"
            );
            command.Parameters.Add(new() { Value = _unique });
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    private static object Input(string name, string digest, string context, string? schema = null) =>
        new
        {
            tags = new[] { new { key = "mlflow.data.context", value = context } },
            dataset = new
            {
                name,
                digest,
                source_type = "local",
                source = "file",
                schema,
            },
        };

    private async Task<string> ModelAsync(string experiment) =>
        (await host.PostAsync("/logged-models", new { experiment_id = experiment }))["model"]!["info"]!
            ["model_id"]
            .Text();

    private async Task<JsonArray> SearchAsync(string experiment, string filter) =>
        (await host.PostAsync("/runs/search", new { experiment_ids = new[] { experiment }, filter }))["runs"]?.AsArray()
        ?? [];
}
