using System.Net;
using System.Text.Json.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Mlflow;

[Trait("suite", "integration")]
public sealed class Experiments_of_MLflow(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    public async Task is_found_by_its_projects_path_too()
    {
        var id = await host.ExperimentAsync("By Path: 1");
        var run = await host.RunAsync(id);
        var project = (await host.GetAsync($"/api/runs/{run["info"]!["run_id"].Text()}"))["project"].Text();

        var found = await host.AskAsync($"/experiments/get-by-name?experiment_name={Uri.EscapeDataString(project)}");

        Assert.NotEqual("By Path: 1", project);
        Assert.Equal(id, found["experiment"]!["experiment_id"].Text());
    }

    [Fact]
    public async Task of_a_job_is_what_its_process_finds_under_every_name()
    {
        var job = Guid.CreateVersion7();
        await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{Guid.CreateVersion7()}",
            new { project = "jobs/of-mine", jobId = job },
            HttpStatusCode.Created
        );

        var found = await host.AskAsync(
            "/experiments/get-by-name?experiment_name=what%20the%20script%20says",
            caller: Caller.Job(job, attempt: 1)
        );

        Assert.Equal("jobs/of-mine", found["experiment"]!["name"].Text());
    }

    [Fact]
    public async Task have_an_id_a_name_and_tags()
    {
        var name = Unique();
        var created = await host.PostAsync(
            "/experiments/create",
            new { name, tags = new[] { new { key = "team", value = "vision" } } }
        );
        var id = created["experiment_id"].Text();

        var byId = (await host.AskAsync($"/experiments/get?experiment_id={id}"))["experiment"]!;
        var byName = (await host.AskAsync($"/experiments/get-by-name?experiment_name={Uri.EscapeDataString(name)}"))[
            "experiment"
        ]!;

        Assert.Equal(byId.ToJsonString(), byName.ToJsonString());
        Assert.Equal(name, byId["name"].Text());
        Assert.Equal("active", byId["lifecycle_stage"].Text());
        Assert.Equal($"mlflow-artifacts:/{id}", byId["artifact_location"].Text());
        Assert.Equal("vision", byId["tags"]![0]!["value"].Text());
        Assert.InRange(byId["creation_time"]!.GetValue<long>(), 1_700_000_000_000, 4_000_000_000_000);
    }

    [Fact]
    public async Task have_names_of_their_own()
    {
        var name = Unique();
        await host.ExperimentAsync(name);

        var again = await host.PostAsync("/experiments/create", new { name }, HttpStatusCode.BadRequest);

        Assert.Equal("RESOURCE_ALREADY_EXISTS", again.Code());
    }

    [Fact]
    public async Task are_created_once_by_clients_that_race_for_a_name()
    {
        var name = Unique();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => host.Http.PostAsync($"{MlflowCalls.Prefix}/experiments/create", JsonBody(new { name })))
        );

        Assert.Single(answers, answer => answer.StatusCode is HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.StatusCode is HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task take_any_text_as_a_name_and_have_projects_of_their_own()
    {
        var mark = $"{Guid.CreateVersion7():N}";
        var (first, second) = ($"Größe & Co/{mark} ß", $"Größe + Co/{mark} ß");
        var ids = new[] { await host.ExperimentAsync(first), await host.ExperimentAsync(second) };

        var projects = new List<string>();
        foreach (var id in ids)
        {
            var run = MlflowCalls.IdOf(await host.RunAsync(id));
            projects.Add((await host.GetAsync($"/api/runs/{run}"))["project"].Text());
        }

        Assert.Equal(2, projects.Distinct(StringComparer.Ordinal).Count());
        Assert.All(projects, project => Assert.Matches("^[A-Za-z0-9_./-]+$", project));
    }

    [Fact]
    public async Task are_there_for_projects_that_nobody_created_as_one()
    {
        var project = $"native/{Guid.CreateVersion7():N}";
        var run = await host.CreateRunAsync(project);

        var experiment = (await host.AskAsync($"/experiments/get-by-name?experiment_name={project}"))["experiment"]!;
        var found = (await host.AskAsync($"/runs/get?run_id={run}&run_uuid={run}"))["run"]!;

        Assert.Equal(experiment["experiment_id"].Text(), found["info"]!["experiment_id"].Text());
    }

    [Fact]
    public async Task begin_with_the_default_one()
    {
        var experiment = (await host.AskAsync("/experiments/get?experiment_id=0"))["experiment"]!;
        Assert.Equal("Default", experiment["name"].Text());
        var run = (await host.PostAsync("/runs/create", "{}"))["run"]!;
        Assert.Equal("0", run["info"]!["experiment_id"].Text());
        Assert.NotEqual("", run["info"]!["run_name"].Text());
    }

    [Fact]
    public async Task are_renamed_deleted_and_restored()
    {
        var (name, other) = (Unique(), Unique());
        var id = await host.ExperimentAsync(name);
        await host.ExperimentAsync(other);
        await host.PostAsync("/experiments/update", new { experiment_id = id, new_name = $"{name} 2" });
        var taken = await host.PostAsync(
            "/experiments/update",
            new { experiment_id = id, new_name = other },
            HttpStatusCode.BadRequest
        );
        Assert.Equal("RESOURCE_ALREADY_EXISTS", taken.Code());
        await host.PostAsync(
            "/experiments/set-experiment-tag",
            new
            {
                experiment_id = id,
                key = "a",
                value = "b",
            }
        );
        var run = MlflowCalls.IdOf(await host.RunAsync(id));

        await host.PostAsync("/experiments/delete", new { experiment_id = id });

        var deleted = (await host.AskAsync($"/experiments/get?experiment_id={id}"))["experiment"]!;
        Assert.Equal("deleted", deleted["lifecycle_stage"].Text());
        Assert.Equal($"{name} 2", deleted["name"].Text());
        Assert.Null((await SearchAsync(id))["runs"]);
        await host.PostAsync("/runs/create", new { experiment_id = id }, HttpStatusCode.BadRequest);
        await RefuseChangesAsync(id, other);
        await host.PostAsync("/experiments/restore", new { experiment_id = id });
        await RefuseAsync("restore", new { experiment_id = id }, HttpStatusCode.NotFound);
        Assert.Equal(run, MlflowCalls.IdOf((await SearchAsync(id))["runs"]![0]!));
    }

    [Fact]
    public async Task take_their_runs_with_them()
    {
        var id = await host.ExperimentAsync(Unique());
        var (run, other) = (MlflowCalls.IdOf(await host.RunAsync(id)), MlflowCalls.IdOf(await host.RunAsync(id)));
        await host.PostAsync("/runs/delete", new { run_id = other });

        await host.PostAsync("/experiments/delete", new { experiment_id = id });

        Assert.Equal("deleted", await StageAsync(run));
        Assert.Equal("deleted", (await SearchAsync(id, "ALL"))["runs"]![0]!["info"]!["lifecycle_stage"].Text());
        Assert.Equal(2, (await SearchAsync(id, "DELETED_ONLY"))["runs"]!.AsArray().Count);
        foreach (var (path, body) in Changes(run))
        {
            Assert.Equal(
                "INVALID_PARAMETER_VALUE",
                (await host.PostAsync(path, body, HttpStatusCode.BadRequest)).Code()
            );
        }

        await host.PostAsync("/experiments/restore", new { experiment_id = id });
        Assert.Equal(("active", "deleted"), (await StageAsync(run), await StageAsync(other)));
        foreach (var (path, body) in Changes(run))
        {
            await host.PostAsync(path, body);
        }
    }

    [Theory]
    [InlineData("name = '{0} b'", "b")]
    [InlineData("name LIKE '{0}%'", "abc")]
    [InlineData(@"not name LIKE '{0}\\' and tags.letter = 'a'", "a")]
    [InlineData("attribute.name ILIKE '{0} A'", "a")]
    [InlineData("tags.letter = 'c'", "c")]
    [InlineData("tags.letter != 'c' AND name LIKE '{0}%'", "ab")]
    [InlineData("creation_time > 1600000000000 and name like '{0}%'", "abc")]
    public async Task are_found_by_filters(string filter, string letters)
    {
        var mark = Unique();
        foreach (var letter in "abc")
        {
            await host.PostAsync(
                "/experiments/create",
                new { name = $"{mark} {letter}", tags = new[] { new { key = "letter", value = $"{letter}" } } }
            );
        }

        var found = await host.PostAsync(
            "/experiments/search",
            new
            {
                filter = filter.Replace("{0}", mark, StringComparison.Ordinal) + $" and name like '{mark}%'",
                order_by = new[] { "name ASC" },
                max_results = 100,
            }
        );

        Assert.Equal(letters, string.Concat(found["experiments"]!.AsArray().Select(one => one!["name"].Text()[^1..])));
    }

    [Fact]
    public async Task come_page_by_page()
    {
        var mark = Unique();
        foreach (var number in Enumerable.Range(0, 5))
        {
            await host.ExperimentAsync($"{mark} {number}");
        }

        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await host.AskAsync(
                $"/experiments/search?max_results=2&filter={Uri.EscapeDataString($"name like '{mark}%'")}{(token is null ? "" : $"&page_token={Uri.EscapeDataString(token)}")}"
            );
            names.AddRange(page["experiments"]!.AsArray().Select(one => one!["name"].Text()));
            token = page["next_page_token"]?.Text();
        } while (token is not null);

        Assert.Equal(Enumerable.Range(0, 5).Reverse().Select(number => $"{mark} {number}"), names);
    }

    [Theory]
    [InlineData("/experiments/get?experiment_id=999999999", "RESOURCE_DOES_NOT_EXIST", HttpStatusCode.NotFound)]
    [InlineData("/experiments/get?experiment_id=x", "RESOURCE_DOES_NOT_EXIST", HttpStatusCode.NotFound)]
    [InlineData("/experiments/get", "INVALID_PARAMETER_VALUE", HttpStatusCode.BadRequest)]
    [InlineData("/experiments/get-by-name?experiment_name=none", "RESOURCE_DOES_NOT_EXIST", HttpStatusCode.NotFound)]
    [InlineData("/experiments/search?max_results=0", "INVALID_PARAMETER_VALUE", HttpStatusCode.BadRequest)]
    [InlineData("/experiments/search?page_token=x", "INVALID_PARAMETER_VALUE", HttpStatusCode.BadRequest)]
    [InlineData("/experiments/search?view_type=SOME", "INVALID_PARAMETER_VALUE", HttpStatusCode.BadRequest)]
    [InlineData("/experiments/search?filter=colour='red'", "INVALID_PARAMETER_VALUE", HttpStatusCode.BadRequest)]
    [InlineData("/experiments/search?order_by=name;drop", "INVALID_PARAMETER_VALUE", HttpStatusCode.BadRequest)]
    [InlineData("/experiments/search?order_by=bogus.name", "INVALID_PARAMETER_VALUE", HttpStatusCode.BadRequest)]
    public async Task are_refused_with_the_code_that_clients_know(string path, string code, HttpStatusCode status) =>
        Assert.Equal(code, (await host.AskAsync(path, status)).Code());

    [Fact]
    public async Task survive_a_rebuild()
    {
        var id = await host.ExperimentAsync(Unique());
        var before = await host.AskAsync($"/experiments/get?experiment_id={id}");

        Assert.True(await host.Store.RebuildAsync("experiment:v1") > 0);

        Assert.Equal(
            before.ToJsonString(),
            (await host.AskAsync($"/experiments/get?experiment_id={id}")).ToJsonString()
        );
    }

    private async Task RefuseChangesAsync(string id, string freeName)
    {
        await RefuseAsync("delete", new { experiment_id = id }, HttpStatusCode.NotFound);
        await RefuseAsync("update", new { experiment_id = id, new_name = $"{freeName} 3" }, HttpStatusCode.BadRequest);
        await RefuseAsync(
            "set-experiment-tag",
            new
            {
                experiment_id = id,
                key = "a",
                value = "c",
            },
            HttpStatusCode.BadRequest
        );
        await RefuseAsync("delete-experiment-tag", new { experiment_id = id, key = "a" }, HttpStatusCode.BadRequest);
        var experiment = (await host.AskAsync($"/experiments/get?experiment_id={id}"))["experiment"]!;
        Assert.Equal("b", experiment["tags"]![0]!["value"].Text());
        // The name was not taken by the refused request.
        await host.ExperimentAsync($"{freeName} 3");
    }

    private async Task RefuseAsync(string change, object body, HttpStatusCode status) =>
        Assert.Equal(
            status is HttpStatusCode.NotFound ? "RESOURCE_DOES_NOT_EXIST" : "INVALID_PARAMETER_VALUE",
            (await host.PostAsync($"/experiments/{change}", body, status)).Code()
        );

    private static string Unique() => $"exp {Guid.CreateVersion7():N}";

    private static StringContent JsonBody(object body) =>
        new(System.Text.Json.JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");

    private static IEnumerable<(string Path, object Body)> Changes(string run) =>
        [
            (
                "/runs/set-tag",
                new
                {
                    run_id = run,
                    key = "a",
                    value = "b",
                }
            ),
            (
                "/runs/log-metric",
                new
                {
                    run_id = run,
                    key = "loss",
                    value = 1,
                    timestamp = 1,
                }
            ),
            ("/runs/update", new { run_id = run, status = "FINISHED" }),
        ];

    private async Task<string> StageAsync(string run) =>
        (await host.AskAsync($"/runs/get?run_id={run}"))["run"]!["info"]!["lifecycle_stage"].Text();

    private Task<JsonNode> SearchAsync(string experiment, string view = "ACTIVE_ONLY") =>
        host.PostAsync("/runs/search", new { experiment_ids = new[] { experiment }, run_view_type = view });
}
