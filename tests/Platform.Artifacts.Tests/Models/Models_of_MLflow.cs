using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Tests.Host;
using Platform.Artifacts.Tests.RunFiles;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Models;

/// <summary>What MLflow's clients send to the registry of models, and what they are answered.</summary>
[Trait("suite", "integration")]
public sealed class Models_of_MLflow(HostWithRuns host) : IClassFixture<HostWithRuns>
{
    private const string Api = "/api/2.0/mlflow";

    private readonly string _name = $"Großes Modell {Guid.CreateVersion7():N}";

    [Fact]
    public async Task are_registered_once_described_renamed_and_deleted()
    {
        var created = await PostAsync(
            "registered-models/create",
            new
            {
                name = _name,
                description = "first",
                tags = new[] { new { key = "team", value = "vision" } },
            }
        );
        Assert.Equal(_name, (string)created["registered_model"]!["name"]!);
        Assert.Equal(
            (400, "RESOURCE_ALREADY_EXISTS"),
            await RefusedAsync("POST", "registered-models/create", new { name = _name })
        );

        await SendAsync("PATCH", "registered-models/update", new { name = _name, description = "second" });
        await PostAsync(
            "registered-models/set-tag",
            new
            {
                name = _name,
                key = "owner",
                value = "anna",
            }
        );
        await SendAsync("DELETE", "registered-models/delete-tag", new { name = _name, key = "team" });
        var renamed = await PostAsync("registered-models/rename", new { name = _name, new_name = $"{_name} 2" });

        var model = renamed["registered_model"]!;
        Assert.Equal(($"{_name} 2", "second"), ((string)model["name"]!, (string)model["description"]!));
        Assert.Equal("""[{"key":"owner","value":"anna"}]""", model["tags"]!.ToJsonString());
        Assert.Equal(
            (404, "RESOURCE_DOES_NOT_EXIST"),
            await RefusedAsync("GET", $"registered-models/get?name={Uri.EscapeDataString(_name)}")
        );

        await SendAsync("DELETE", "registered-models/delete", new { name = $"{_name} 2" });
        Assert.Equal(
            (404, "RESOURCE_DOES_NOT_EXIST"),
            await RefusedAsync("GET", $"registered-models/get?name={Uri.EscapeDataString($"{_name} 2")}")
        );
        // Both names are free again.
        await PostAsync("registered-models/create", new { name = $"{_name} 2" });
        await PostAsync("registered-models/create", new { name = _name });
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("a\nb")]
    [InlineData("")]
    public async Task have_names_that_an_address_can_have(string name) =>
        Assert.Equal(
            (400, "INVALID_PARAMETER_VALUE"),
            await RefusedAsync("POST", "registered-models/create", new { name })
        );

    [Fact]
    public async Task get_versions_with_the_files_of_a_run_which_they_keep_when_the_run_is_purged()
    {
        var run = host.NewRun();
        var id = Guid.Parse(run).ToString("N");
        await PutAsync(run, "model/MLmodel", [1, 2, 3]);
        await PutAsync(run, "model/data/weights.bin", [4, 5]);
        await PutAsync(run, "other.txt", [6]);
        await PostAsync("registered-models/create", new { name = _name });

        var created = await PostAsync(
            "model-versions/create",
            new
            {
                name = _name,
                source = $"mlflow-artifacts:/7/{id}/artifacts/model",
                run_id = id,
                description = "the first",
                tags = new[] { new { key = "k", value = "v" } },
            }
        );

        var version = created["model_version"]!;
        Assert.Equal(
            ("1", "None", "READY", id, "the first"),
            (
                (string)version["version"]!,
                (string)version["current_stage"]!,
                (string)version["status"]!,
                (string)version["run_id"]!,
                (string)version["description"]!
            )
        );
        Assert.Equal("""[{"key":"k","value":"v"}]""", version["tags"]!.ToJsonString());

        await host.AnnounceAsync(host.Set(run, version: 9, exists: false));
        var uri = (string)
            (await GetAsync($"model-versions/get-download-uri?name={Uri.EscapeDataString(_name)}&version=1"))[
                "artifact_uri"
            ]!;
        Assert.StartsWith("mlflow-artifacts:/", uri, StringComparison.Ordinal);
        var path = uri["mlflow-artifacts:/".Length..];
        var list = await host.GetAsync<JsonNode>($"/api/2.0/mlflow-artifacts/artifacts?path={path}");
        Assert.Equal(
            """{"files":[{"path":"MLmodel","is_dir":false,"file_size":3},{"path":"data","is_dir":true}]}""",
            list.ToJsonString()
        );
        Assert.Equal(
            [4, 5],
            await host.Http.GetByteArrayAsync($"/api/2.0/mlflow-artifacts/artifacts/{path}/data/weights.bin")
        );
    }

    [Fact]
    public async Task get_one_version_for_a_request_that_is_repeated()
    {
        var run = host.NewRun();
        await PutAsync(run, "model/a", [1]);
        await PostAsync("registered-models/create", new { name = _name });
        var request = new
        {
            name = _name,
            source = $"runs:/{run}/model",
            run_id = run,
        };

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => PostAsync("model-versions/create", request))
        );
        await PutAsync(run, "model/a", [2]);
        var other = await PostAsync("model-versions/create", request);

        Assert.All(answers, answer => Assert.Equal("1", (string)answer["model_version"]!["version"]!));
        Assert.Equal("2", (string)other["model_version"]!["version"]!);
    }

    [Fact]
    public async Task have_versions_in_stages_of_which_older_ones_are_archived_when_asked()
    {
        await ModelWithVersionsAsync(3);
        await TransitionAsync(1, "production", archive: false);
        await TransitionAsync(2, "Production", archive: false);

        var third = await TransitionAsync(3, "PRODUCTION", archive: true);

        Assert.Equal("Production", (string)third["model_version"]!["current_stage"]!);
        var model = (await GetAsync($"registered-models/get?name={Uri.EscapeDataString(_name)}"))["registered_model"]!;
        Assert.Equal(
            [("2", "Archived"), ("3", "Production")],
            model["latest_versions"]!
                .AsArray()
                .Select(version => ((string)version!["version"]!, (string)version["current_stage"]!))
        );
        var latest = await PostAsync(
            "registered-models/get-latest-versions",
            new { name = _name, stages = new[] { "production" } }
        );
        Assert.Equal("3", (string)latest["model_versions"]![0]!["version"]!);
        Assert.Equal(
            (400, "INVALID_PARAMETER_VALUE"),
            await RefusedAsync(
                "POST",
                "model-versions/transition-stage",
                new
                {
                    name = _name,
                    version = "1",
                    stage = "Shelf",
                    archive_existing_versions = false,
                }
            )
        );
    }

    [Fact]
    public async Task have_aliases_that_the_platforms_artifacts_have_too()
    {
        await ModelWithVersionsAsync(2);
        await PostAsync(
            "registered-models/alias",
            new
            {
                name = _name,
                alias = "champion",
                version = "2",
            }
        );

        var address = $"registered-models/alias?name={Uri.EscapeDataString(_name)}&alias=champion";
        Assert.Equal("2", (string)(await GetAsync(address))["model_version"]!["version"]!);
        var artifacts = await host.GetAsync<JsonNode>("/api/artifacts?type=model&limit=2000");
        var artifact = artifacts["items"]!
            .AsArray()
            .Select(item => (string)item!["name"]!)
            .Single(name => name.Contains(_name[^32..], StringComparison.Ordinal));
        Assert.Equal(
            2,
            (int)(await host.GetAsync<JsonNode>($"/api/artifacts/{artifact}/versions/champion"))["version"]!
        );

        await SendAsync("DELETE", "registered-models/alias", new { name = _name, alias = "champion" });
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), await RefusedAsync("GET", address));
        Assert.Equal(
            (400, "INVALID_PARAMETER_VALUE"),
            await RefusedAsync(
                "POST",
                "registered-models/alias",
                new
                {
                    name = _name,
                    alias = "latest",
                    version = "1",
                }
            )
        );
    }

    [Fact]
    public async Task have_versions_that_are_tagged_described_found_and_deleted()
    {
        await ModelWithVersionsAsync(2);
        await PostAsync(
            "model-versions/set-tag",
            new
            {
                name = _name,
                version = "2",
                key = "quality",
                value = "good",
            }
        );
        await SendAsync(
            "PATCH",
            "model-versions/update",
            new
            {
                name = _name,
                version = "2",
                description = "better",
            }
        );

        var found = await GetAsync(
            $"model-versions/search?filter={Uri.EscapeDataString($"name = '{_name}' and tags.quality = 'good'")}"
        );
        var version = Assert.Single(found["model_versions"]!.AsArray())!;
        Assert.Equal(("2", "better"), ((string)version["version"]!, (string)version["description"]!));
        var page = await GetAsync(
            $"model-versions/search?max_results=1&order_by=version_number%20ASC&filter={Uri.EscapeDataString($"name='{_name}'")}"
        );
        Assert.Equal("1", (string)page["model_versions"]![0]!["version"]!);
        Assert.NotNull(page["next_page_token"]);

        await SendAsync("DELETE", "model-versions/delete", new { name = _name, version = "2" });
        Assert.Equal(
            (404, "RESOURCE_DOES_NOT_EXIST"),
            await RefusedAsync("GET", $"model-versions/get?name={Uri.EscapeDataString(_name)}&version=2")
        );
    }

    [Fact]
    public async Task are_all_artifacts_of_that_type_and_found_by_name()
    {
        var artifact = ArtifactsHost.NewName("plain");
        await host.CreateAsync(
            artifact,
            new CreateVersion
            {
                Type = "model",
                Files = [await host.UploadAsync("weights", ArtifactsHost.RandomBytes(10))],
            }
        );

        var found = await GetAsync(
            $"registered-models/search?filter={Uri.EscapeDataString($"name LIKE '{artifact[..20]}%'")}"
        );

        var model = Assert.Single(found["registered_models"]!.AsArray())!;
        Assert.Equal((artifact, "1"), ((string)model["name"]!, (string)model["latest_versions"]![0]!["version"]!));
        Assert.Equal(
            (400, "RESOURCE_ALREADY_EXISTS"),
            await RefusedAsync("POST", "registered-models/create", new { name = artifact })
        );
    }

    [Theory]
    [InlineData("registered-models/search?filter=name%20%3D")]
    [InlineData("registered-models/search?filter=metrics.a%20%3E%201")]
    [InlineData("registered-models/search?order_by=nonsense")]
    [InlineData("registered-models/search?max_results=0")]
    [InlineData("registered-models/search?page_token=x")]
    [InlineData("model-versions/search?filter=name%20%3D%20%27a%27%3B%20drop%20table%20blob")]
    public async Task are_searched_with_filters_that_can_be_read(string path) =>
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), await RefusedAsync("GET", path));

    [Fact]
    public async Task survive_a_rebuild_of_the_catalog()
    {
        await ModelWithVersionsAsync(2);
        await TransitionAsync(2, "Staging", archive: false);
        var before = await GetAsync($"registered-models/get?name={Uri.EscapeDataString(_name)}");

        await host.Services.GetRequiredService<ArtifactsStore>().RebuildAsync("artifact_catalog:v1");

        Assert.Equal(
            before.ToJsonString(),
            (await GetAsync($"registered-models/get?name={Uri.EscapeDataString(_name)}")).ToJsonString()
        );
    }

    private async Task ModelWithVersionsAsync(int count)
    {
        await PostAsync("registered-models/create", new { name = _name });
        for (var i = 1; i <= count; i++)
        {
            await PostAsync("model-versions/create", new { name = _name, source = $"s3://elsewhere/{i}" });
        }
    }

    private Task<JsonNode> TransitionAsync(int version, string stage, bool archive) =>
        PostAsync(
            "model-versions/transition-stage",
            new
            {
                name = _name,
                version = $"{version}",
                stage,
                archive_existing_versions = archive,
            }
        );

    private async Task PutAsync(string run, string path, byte[] bytes)
    {
        using var body = new ByteArrayContent(bytes);
        using var response = await host.Http.PutAsync($"/api/runs/{run}/files/{path}", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task<JsonNode> GetAsync(string path) => SendAsync("GET", path);

    private Task<JsonNode> PostAsync(string path, object body) => SendAsync("POST", path, body);

    private async Task<JsonNode> SendAsync(string method, string path, object? body = null)
    {
        var (status, answer) = await AskAsync(method, path, body);
        Assert.True(status == 200, $"{method} {path} answered {status}: {answer}");
        return answer!;
    }

    private async Task<(int Status, string Code)> RefusedAsync(string method, string path, object? body = null)
    {
        var (status, answer) = await AskAsync(method, path, body);
        return (status, (string)answer!["error_code"]!);
    }

    private async Task<(int Status, JsonNode? Body)> AskAsync(string method, string path, object? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), $"{Api}/{path}");
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        using var response = await host.Http.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync()));
    }
}
