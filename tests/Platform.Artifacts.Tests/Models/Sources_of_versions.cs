using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Artifacts.Tests.Host;
using Platform.Artifacts.Tests.RunFiles;
using Platform.Contracts.Tracking;

namespace Platform.Artifacts.Tests.Models;

/// <summary>From what versions of models are made with MLflow's API.</summary>
[Trait("suite", "integration")]
public sealed class Sources_of_versions(HostWithRuns host) : IClassFixture<HostWithRuns>
{
    private const string Api = "/api/2.0/mlflow";
    private const string Storage = "/api/2.0/mlflow-artifacts/artifacts";

    private readonly string _name = ArtifactsHost.NewName("sources");

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("FILE:/etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("models/a")]
    [InlineData("C:\\models\\a")]
    [InlineData("c:/models/a")]
    [InlineData("mlflow-artifacts:/../../a")]
    [InlineData("mlflow-artifacts:/7/%252e%252E/a")]
    [InlineData("s3://bucket/a/../b")]
    [InlineData("s3://bucket/a%2f..%2fb")]
    [InlineData("http://host/a/./b")]
    public async Task are_no_paths_of_a_machine_and_lead_nowhere_else(string source)
    {
        await RegisterAsync();

        var (status, answer) = await CreateAsync(source);

        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (status, (string?)answer!["error_code"]));
        Assert.Contains("Invalid model version source", (string?)answer["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://bucket/a..b/..c")]
    [InlineData("dbfs:/a/b")]
    [InlineData("https://host/a%20b?c=%2F")]
    public async Task may_be_elsewhere(string source)
    {
        await RegisterAsync();

        var (status, answer) = await CreateAsync(source);

        Assert.Equal((200, source), (status, (string?)answer!["model_version"]!["source"]));
    }

    [Fact]
    public async Task are_taken_again_once_the_version_that_was_made_of_them_is_deleted()
    {
        await RegisterAsync();
        await CreateAsync("s3://elsewhere/1");
        await host.SendAsync(
            HttpMethod.Delete,
            $"{Api}/model-versions/delete",
            JsonSerializer.Serialize(new { name = _name, version = "1" })
        );

        var (status, again) = await CreateAsync("s3://elsewhere/1");
        var (_, repeated) = await CreateAsync("s3://elsewhere/1");

        Assert.Equal((200, "2"), (status, (string?)again!["model_version"]!["version"]));
        Assert.Equal("2", (string?)repeated!["model_version"]!["version"]);
    }

    [Theory]
    [InlineData("models:/{0}/1")]
    [InlineData("mlflow-artifacts:/versions/{0}/1")]
    public async Task are_also_other_versions(string source)
    {
        var run = host.NewRun();
        using var body = new ByteArrayContent([1, 2]);
        using var put = await host.Http.PutAsync($"/api/runs/{run}/files/model/a", body);
        await RegisterAsync();
        await CreateAsync($"runs:/{run}/model");

        var (status, _) = await CreateAsync(string.Format(null, source, _name));

        Assert.Equal(200, status);
        Assert.Equal([1, 2], await host.Http.GetByteArrayAsync($"{Storage}/versions/{_name}/2/a"));
    }

    [Fact]
    public async Task are_no_logged_models_that_are_deleted()
    {
        var model = LoggedModelIds.New();
        host.Set(model, version: 1);
        using var body = new ByteArrayContent([1]);
        using var put = await host.Http.PutAsync($"{Storage}/7/models/{model}/artifacts/a", body);
        Assert.True(put.IsSuccessStatusCode);
        await RegisterAsync();

        await host.AnnounceAsync(host.Set(model, version: 2, deleted: true));

        var answers = new[]
        {
            await CreateAsync($"models:/{model}"),
            await CreateAsync($"mlflow-artifacts:/7/models/{model}/artifacts"),
            await host.SendAsync(HttpMethod.Get, $"{Api}/logged-models/{model}/artifacts/directories"),
            await host.SendAsync(HttpMethod.Get, $"{Storage}?path=7/models/{model}/artifacts"),
            await host.SendAsync(HttpMethod.Get, $"{Storage}/7/models/{model}/artifacts/a"),
            await host.SendAsync(HttpMethod.Put, $"{Storage}/7/models/{model}/artifacts/a", "{}"),
            await host.SendAsync(HttpMethod.Delete, $"{Storage}/7/models/{model}/artifacts/a"),
        };
        Assert.All(
            answers,
            answer =>
                Assert.Equal(
                    (404, "RESOURCE_DOES_NOT_EXIST", $"There is no logged model '{model}'."),
                    (answer.Status, (string?)answer.Body!["error_code"], (string?)answer.Body["message"])
                )
        );
    }

    private async Task RegisterAsync() =>
        await host.SendAsync(
            HttpMethod.Post,
            $"{Api}/registered-models/create",
            JsonSerializer.Serialize(new { name = _name })
        );

    private Task<(int Status, JsonNode? Body)> CreateAsync(string source) =>
        host.SendAsync(
            HttpMethod.Post,
            $"{Api}/model-versions/create",
            JsonSerializer.Serialize(new { name = _name, source })
        );
}
