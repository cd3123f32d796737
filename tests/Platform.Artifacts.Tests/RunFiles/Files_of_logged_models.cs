using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Contracts.Tracking;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Tests.RunFiles;

/// <summary>Files of MLflow's logged models, which tracking says are there as it says of runs.</summary>
[Trait("suite", "integration")]
public sealed class Files_of_logged_models(HostWithRuns host) : IClassFixture<HostWithRuns>
{
    private const string Api = "/api/2.0/mlflow";
    private const string Storage = "/api/2.0/mlflow-artifacts/artifacts";

    private readonly string _model = LoggedModelIds.New();

    [Fact]
    public async Task are_uploaded_and_listed_by_folder()
    {
        host.Set(_model, version: 1);
        await PutAsync("MLmodel", [1, 2, 3]);
        await PutAsync("data/weights.bin", [4]);

        var all = await ListAsync("");
        var data = await ListAsync("?artifact_directory_path=data");

        Assert.Equal(
            $$"""{"root_uri":"mlflow-artifacts:/7/models/{{_model}}/artifacts","files":[{"path":"MLmodel","is_dir":false,"file_size":3},{"path":"data","is_dir":true}]}""",
            all.ToJsonString()
        );
        Assert.Equal("""[{"path":"data/weights.bin","is_dir":false,"file_size":1}]""", data["files"]!.ToJsonString());
        Assert.Equal([4], await host.Http.GetByteArrayAsync($"{Storage}/7/models/{_model}/artifacts/data/weights.bin"));
    }

    [Fact]
    public async Task are_a_version_of_the_registry_which_keeps_them_when_the_model_is_gone()
    {
        host.Set(_model, version: 1);
        await PutAsync("data/weights.bin", [4, 5]);
        var name = $"of {_model}";
        await host.SendAsync(
            HttpMethod.Post,
            $"{Api}/registered-models/create",
            JsonSerializer.Serialize(new { name })
        );

        var (status, created) = await host.SendAsync(
            HttpMethod.Post,
            $"{Api}/model-versions/create",
            JsonSerializer.Serialize(
                new
                {
                    name,
                    source = $"models:/{_model}",
                    model_id = _model,
                }
            )
        );
        await host.AnnounceAsync(host.Set(_model, version: long.MaxValue, exists: false));

        Assert.Equal((200, _model), (status, (string?)created!["model_version"]!["model_id"]));
        var uri = await host.GetAsync<JsonNode>(
            $"{Api}/model-versions/get-download-uri?name={Uri.EscapeDataString(name)}&version=1"
        );
        var path = ((string)uri["artifact_uri"]!)["mlflow-artifacts:/".Length..];
        Assert.Equal([4, 5], await host.Http.GetByteArrayAsync($"{Storage}/{path}/data/weights.bin"));
        var (gone, error) = await host.SendAsync(HttpMethod.Get, $"{Api}/logged-models/{_model}/artifacts/directories");
        Assert.Equal((404, "RESOURCE_DOES_NOT_EXIST"), (gone, (string?)error!["error_code"]));
    }

    [Fact]
    public async Task are_not_changed_once_the_model_is_deleted()
    {
        host.Set(_model, version: 2, deleted: true);

        var (status, error) = await PutAsync("a", [1], expected: 404);

        Assert.Equal((404, "RESOURCE_DOES_NOT_EXIST"), (status, (string?)error!["error_code"]));
    }

    [Fact]
    public async Task that_are_not_there_are_said_to_be_of_a_model()
    {
        var (_, unknown) = await host.SendAsync(HttpMethod.Get, $"{Api}/logged-models/{_model}/artifacts/directories");
        host.Set(_model, version: 1);
        var (status, missing) = await host.SendAsync(HttpMethod.Get, $"{Storage}/7/models/{_model}/artifacts/none");

        Assert.Equal($"There is no logged model '{_model}'.", (string?)unknown!["message"]);
        Assert.Equal((404, $"The logged model '{_model}' has no file 'none'."), (status, (string?)missing!["message"]));
    }

    private async Task<JsonNode> ListAsync(string query) =>
        await host.GetAsync<JsonNode>($"{Api}/logged-models/{_model}/artifacts/directories{query}");

    private async Task<(int Status, JsonNode? Body)> PutAsync(string path, byte[] bytes, int expected = 200)
    {
        using var content = new ByteArrayContent(bytes);
        using var answer = await host.Http.PutAsync($"{Storage}/7/models/{_model}/artifacts/{path}", content);
        Assert.Equal(expected, (int)answer.StatusCode);
        return (expected, JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
    }
}
