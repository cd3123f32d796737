using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tracking.Tests.Runs;

[Trait("suite", "integration")]
public sealed class Runs_over_HTTP(TrackingHost host) : IClassFixture<TrackingHost>
{
    [Fact]
    [Trait("check", "RUN-01")]
    public async Task a_run_is_created_in_a_project()
    {
        var created = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new
            {
                project = "cv/yolo",
                name = "first try",
                parameters = new
                {
                    lr = 0.1,
                    layers = new[] { 64, 32 },
                    optimizer = "adam",
                },
                tags = new { team = "vision" },
            },
            HttpStatusCode.Created
        );

        var run = await host.GetAsync($"/api/runs/{created["id"]}");
        Assert.Equal("cv/yolo", run["project"]!.GetValue<string>());
        Assert.Equal("first try", run["name"]!.GetValue<string>());
        Assert.Equal("running", run["status"]!.GetValue<string>());
        Assert.Equal(
            """{"lr":0.1,"layers":[64,32],"optimizer":"adam"}""",
            Compact(run["parameters"]!, "lr", "layers", "optimizer")
        );
        Assert.Equal("vision", run["tags"]!["team"]!.GetValue<string>());
        Assert.Null(run["endedAt"]);
    }

    [Theory]
    [Trait("check", "RUN-01")]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("a;drop table run")]
    [InlineData("ünlaut")]
    [InlineData("a%2e%2e")]
    [InlineData("a\u0000")]
    public async Task an_illegal_project_is_refused(string project) =>
        await host.SendAsync(HttpMethod.Post, "/api/runs", new { project }, HttpStatusCode.BadRequest);

    [Theory]
    [Trait("check", "RUN-01")]
    [InlineData(200, HttpStatusCode.Created)]
    [InlineData(201, HttpStatusCode.BadRequest)]
    public async Task a_project_has_at_most_200_characters(int length, HttpStatusCode expected) =>
        await host.SendAsync(HttpMethod.Post, "/api/runs", new { project = new string('p', length) }, expected);

    [Theory]
    [Trait("check", "RUN-02")]
    [InlineData("exp-2026.01_a")]
    [InlineData("0198F1D2-0000-7000-8000-00000000AB01")]
    public async Task the_same_id_twice_is_one_run(string id)
    {
        var project = $"twice/{Guid.CreateVersion7():N}";
        var body = new
        {
            project,
            id,
            parameters = new { lr = 1 },
        };

        var first = await host.SendAsync(HttpMethod.Post, "/api/runs", body, HttpStatusCode.Created);
        var second = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new
            {
                project = "other",
                id,
                parameters = new { lr = 2 },
            },
            HttpStatusCode.OK
        );

        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        Assert.Equal(1, (await host.GetAsync($"/api/runs?project={project}"))["total"]!.GetValue<int>());
    }

    [Fact]
    [Trait("check", "RUN-02")]
    public async Task the_same_id_from_many_clients_at_once_is_one_run()
    {
        var project = $"race/{Guid.CreateVersion7():N}";
        var id = Guid.CreateVersion7();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => PutAsync($"/api/runs/{id}", $$"""{"project":"{{project}}"}"""))
        );

        Assert.Single(answers, HttpStatusCode.Created);
        Assert.Equal(15, answers.Count(answer => answer is HttpStatusCode.OK));
        Assert.Equal(1, (await host.GetAsync($"/api/runs?project={project}"))["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task a_UUID_is_one_run_however_it_is_written()
    {
        var id = Guid.CreateVersion7();
        await host.SendAsync(HttpMethod.Put, $"/api/runs/{id:N}", new { project = "p" }, HttpStatusCode.Created);

        await host.SendAsync(HttpMethod.Put, $"/api/runs/{id:D}", new { project = "p" }, HttpStatusCode.OK);

        var run = await host.GetAsync($"/api/runs/{id.ToString("D").ToUpperInvariant()}");
        Assert.Equal(id.ToString("D"), run["id"]!.GetValue<string>());
    }

    [Fact]
    [Trait("check", "RUN-07")]
    public async Task a_change_keeps_earlier_keys_and_the_last_writer_wins()
    {
        var id = await host.CreateRunAsync();

        await PatchAsync(id, new { summary = new { accuracy = 0.8, loss = 0.4 } });
        await PatchAsync(id, new { summary = new { accuracy = 0.9 }, tags = new { stage = "best" } });
        var run = await PatchAsync(id, new { summary = new { epochs = 5 }, name = "renamed" });

        Assert.Equal(
            """{"accuracy":0.9,"loss":0.4,"epochs":5}""",
            Compact(run["summary"]!, "accuracy", "loss", "epochs")
        );
        Assert.Equal("best", run["tags"]!["stage"]!.GetValue<string>());
        Assert.Equal("renamed", run["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task a_null_removes_a_key()
    {
        var id = await host.CreateRunAsync();
        await PatchAsync(id, """{"parameters":{"a":1,"b":2},"tags":{"t":"1"},"summary":{"s":1}}""");

        var run = await PatchAsync(id, """{"parameters":{"a":null},"tags":{"t":null},"summary":{"s":null}}""");

        Assert.Equal("""{"b":2}""", run["parameters"]!.ToJsonString());
        Assert.Equal("{}", run["tags"]!.ToJsonString());
        Assert.Equal("{}", run["summary"]!.ToJsonString());
    }

    [Fact]
    [Trait("check", "RUN-07")]
    public async Task changes_from_many_clients_at_once_are_all_kept()
    {
        var id = await host.CreateRunAsync();

        await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => PatchAsync(id, $$$"""{"summary":{"key-{{{i}}}":{{{i}}}}}"""))
        );

        Assert.Equal(8, (await host.GetAsync($"/api/runs/{id}"))["summary"]!.AsObject().Count);
    }

    [Fact]
    public async Task a_change_that_changes_nothing_keeps_the_version()
    {
        var id = await host.CreateRunAsync();
        var before = await PatchAsync(id, """{"parameters":{"n":1e2}}""");

        var after = await PatchAsync(id, """{"parameters":{"n":100}}""");

        Assert.Equal(before["version"]!.GetValue<long>(), after["version"]!.GetValue<long>());
    }

    [Fact]
    public async Task a_change_of_another_version_than_the_one_read_is_refused()
    {
        var id = await host.CreateRunAsync();
        var version = (await PatchAsync(id, new { name = "one" }))["version"]!.GetValue<long>();

        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{id}",
            new { name = "two" },
            HttpStatusCode.PreconditionFailed,
            $"\"{version - 1}\""
        );
        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{id}",
            new { name = "two" },
            HttpStatusCode.PreconditionFailed,
            "\"no version\""
        );
        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{id}",
            new { name = "three" },
            HttpStatusCode.OK,
            $"\"{version}\""
        );
    }

    [Theory]
    [InlineData("finished")]
    [InlineData("failed")]
    [InlineData("interrupted")]
    public async Task a_run_ends_once(string status)
    {
        var id = await host.CreateRunAsync();

        var ended = await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", new { status }, HttpStatusCode.OK);
        var again = await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", new { status }, HttpStatusCode.OK);
        await host.SendAsync(
            HttpMethod.Post,
            $"/api/runs/{id}/finish",
            new { status = status is "failed" ? "finished" : "failed" },
            HttpStatusCode.Conflict
        );

        Assert.Equal(status, ended["status"]!.GetValue<string>());
        Assert.NotNull(ended["endedAt"]);
        Assert.Equal(ended.ToJsonString(), again.ToJsonString());
    }

    [Fact]
    public async Task unknown_runs_are_not_found()
    {
        foreach (
            var id in new[] { Guid.CreateVersion7().ToString(), "unknown", "a%09b", "a%20b", new string('x', 500) }
        )
        {
            await host.GetAsync($"/api/runs/{id}", HttpStatusCode.NotFound);
            await host.GetAsync($"/api/runs/{id}/metrics", HttpStatusCode.NotFound);
            await host.GetAsync($"/api/runs/{id}/metrics/keys", HttpStatusCode.NotFound);
            await host.GetAsync($"/api/runs/{id}/metrics/live", HttpStatusCode.NotFound);
            await host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", "{}", HttpStatusCode.NotFound);
            await host.SendAsync(HttpMethod.Post, $"/api/runs/{id}/finish", "{}", HttpStatusCode.NotFound);
            foreach (var points in new[] { "", """{"key":"a","value":1}""" })
            {
                await host.SendAsync(
                    HttpMethod.Post,
                    $"/api/runs/{id}/metrics",
                    $$"""{"points":[{{points}}]}""",
                    HttpStatusCode.NotFound
                );
            }
        }
    }

    [Fact]
    [Trait("check", "OPS-01")]
    public async Task a_rebuild_gives_identical_answers()
    {
        var project = $"rebuild/{Guid.CreateVersion7():N}";
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            var id = await host.CreateRunAsync(project);
            ids.Add(id);
            await PatchAsync(
                id,
                $$$"""{"name":"run {{{i}}}","parameters":{"i":{{{i}}},"gone":1},"primaryMetric":{"name":"loss","mode":"min"}}"""
            );
            await PatchAsync(id, """{"parameters":{"gone":null},"tags":{"a":"b"},"summary":{"x":[1,{"y":null}]}}""");
            await host.LogAsync(
                id,
                new
                {
                    key = "loss",
                    step = 1,
                    value = i,
                }
            );
            if (i % 2 == 0)
            {
                await host.SendAsync(
                    HttpMethod.Post,
                    $"/api/runs/{id}/finish",
                    new { status = "failed" },
                    HttpStatusCode.OK
                );
            }
        }

        var before = await AnswersAsync();
        Assert.True(await host.Store.RebuildAsync("run:v1") > 0);

        Assert.Equal(before, await AnswersAsync());

        async Task<List<string>> AnswersAsync()
        {
            var answers = new List<string> { (await host.GetAsync($"/api/runs?project={project}")).ToJsonString() };
            foreach (var id in ids)
            {
                answers.Add((await host.GetAsync($"/api/runs/{id}")).ToJsonString());
                answers.Add((await host.GetAsync($"/api/runs/{id}/metrics")).ToJsonString());
            }

            return answers;
        }
    }

    private Task<JsonNode> PatchAsync(string id, object body) =>
        host.SendAsync(HttpMethod.Patch, $"/api/runs/{id}", body, HttpStatusCode.OK);

    private async Task<HttpStatusCode> PutAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await host.Http.PutAsync(path, content);
        return response.StatusCode;
    }

    /// <summary>An object's fields in the given order, because jsonb does not preserve theirs.</summary>
    private static string Compact(JsonNode node, params string[] keys)
    {
        Assert.Equal(keys.Length, node.AsObject().Count);
        return new JsonObject(
            keys.Select(key => KeyValuePair.Create<string, JsonNode?>(key, node[key]!.DeepClone()))
        ).ToJsonString();
    }
}
