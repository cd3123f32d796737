using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.Authorization.Tests;

/// <summary>A training process makes no version of what it may not read: it could read the version instead.</summary>
[Collection("world")]
[Trait("suite", "integration")]
public sealed class Sources_of_models(World world)
{
    private const string Api = TableOfMlflow.Api;

    private readonly string _name = $"model-{Guid.CreateVersion7():N}";

    [Theory]
    [InlineData("models:/{0}/1")]
    [InlineData("models:///{0}/1")]
    [InlineData("models://host/{0}/1")]
    [InlineData("models:/{0}/latest")]
    [InlineData("models:/{0}/best")]
    [InlineData("models:/{0}/Production")]
    [InlineData("models:/{0}@best")]
    [InlineData("mlflow-artifacts:/versions/{0}/1")]
    [InlineData("mlflow-artifacts://host/versions/{0}/1")]
    [InlineData("runs:/{1}/model")]
    [InlineData("mlflow-artifacts:/0/{1}/artifacts/model")]
    [InlineData("models:/{2}")]
    [InlineData("mlflow-artifacts:/0/models/{2}/artifacts")]
    public async Task that_a_process_may_not_read_are_refused(string source)
    {
        var (run, logged) = await OfSomebodyElseAsync();
        await MakeModelAsync(run);

        var (status, body) = await CreateAsync(
            Asker.OwnJob,
            new { name = _name, source = string.Format(null, source, _name, run, logged) }
        );

        Assert.True(status is 403 or 404, $"{status}: {body}");
        if (!source.Contains("{0}/", StringComparison.Ordinal) || source.EndsWith("/1", StringComparison.Ordinal))
        {
            Assert.True(status == 403 || source.Contains('@'), body);
        }

        Assert.Equal(1, await VersionsAsync());
    }

    [Fact]
    public async Task name_no_run_and_no_logged_model_of_another_job()
    {
        var (run, logged) = await OfSomebodyElseAsync();
        await MakeModelAsync(run);

        var ofRun = await CreateAsync(
            Asker.OwnJob,
            new
            {
                name = _name,
                source = "s3://a/b",
                run_id = run,
            }
        );
        var ofModel = await CreateAsync(
            Asker.OwnJob,
            new
            {
                name = _name,
                source = "s3://a/b",
                model_id = logged,
            }
        );

        Assert.Equal((403, 403), (ofRun.Status, ofModel.Status));
        Assert.Equal(1, await VersionsAsync());
    }

    [Fact]
    public async Task are_what_its_job_reads_and_makes()
    {
        var (run, _) = await OfSomebodyElseAsync();
        await MakeModelAsync(run);
        var own = await CreateAsync(
            Asker.OwnJob,
            new
            {
                name = _name,
                source = $"runs:/{world.Run}/",
                run_id = world.Run,
            }
        );
        var copy = await CreateAsync(Asker.OwnJob, new { name = _name, source = $"models:/{_name}/2" });
        var byUser = await CreateAsync(
            Asker.Editor,
            new
            {
                name = _name,
                source = $"models:/{_name}/1",
                run_id = run,
            }
        );

        Assert.Equal((200, 200, 200), (own.Status, copy.Status, byUser.Status));
    }

    /// <summary>A run and a logged model that no job made, each with a file.</summary>
    private async Task<(string Run, string Model)> OfSomebodyElseAsync()
    {
        var run = await PostAsync("runs/create", new { experiment_id = "0" });
        var id = (string)run["run"]!["info"]!["run_id"]!;
        var logged = await PostAsync("logged-models", new { experiment_id = "0", source_run_id = id });
        var model = (string)logged["model"]!["info"]!["model_id"]!;
        foreach (var path in new[] { $"0/{id}/artifacts/model/a", $"0/models/{model}/artifacts/a" })
        {
            var (status, body) = await world.SendAsync(
                HttpMethod.Put,
                $"/api/2.0/mlflow-artifacts/artifacts/{path}",
                Asker.Editor,
                new StringContent("secret")
            );
            Assert.True(status == 200, body);
        }

        return (id, model);
    }

    private async Task MakeModelAsync(string run)
    {
        await PostAsync("registered-models/create", new { name = _name });
        await PostAsync("model-versions/create", new { name = _name, source = $"runs:/{run}/model" });
        await PostAsync(
            "registered-models/alias",
            new
            {
                name = _name,
                alias = "best",
                version = "1",
            }
        );
    }

    private async Task<int> VersionsAsync()
    {
        var (_, body) = await world.SendAsync(
            HttpMethod.Get,
            $"{Api}/model-versions/search?filter={Uri.EscapeDataString($"name='{_name}'")}",
            Asker.Editor
        );
        return JsonNode.Parse(body)!["model_versions"]!.AsArray().Count;
    }

    private Task<(int Status, string Body)> CreateAsync(Asker asker, object version) =>
        world.SendAsync(HttpMethod.Post, $"{Api}/model-versions/create", asker, JsonContent.Create(version));

    private async Task<JsonNode> PostAsync(string path, object request)
    {
        var (status, body) = await world.SendAsync(
            HttpMethod.Post,
            $"{Api}/{path}",
            Asker.Editor,
            JsonContent.Create(request)
        );
        Assert.True(status == 200, body);
        return JsonNode.Parse(body)!;
    }
}
