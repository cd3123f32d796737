using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.RunFiles;

[Trait("suite", "integration")]
public sealed class Artifacts_of_a_run(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    private readonly Guid _run = Guid.CreateVersion7();

    [Fact]
    public async Task are_listed_without_those_of_others_and_deleted_ones()
    {
        var (model, data) = (ArtifactsHost.NewName(), ArtifactsHost.NewName());
        await CreateAsync(model, _run);
        await CreateAsync(model, Guid.CreateVersion7());
        await CreateAsync(data, _run);
        await CreateAsync(data, _run);
        using var deleted = await host.Http.DeleteAsync($"/api/artifacts/{data}/versions/2");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        Assert.Equal([(data, 1), (model, 1)], await ListAsync($"{_run}"));
        Assert.Equal([(data, 1), (model, 1)], await ListAsync($"{_run:N}".ToUpperInvariant()));
        Assert.Empty(await ListAsync("a-run-with-a-name"));
        Assert.Empty(await ListAsync($"{Guid.CreateVersion7()}"));
    }

    private async Task CreateAsync(string name, Guid run) =>
        await host.CreateAsync(
            name,
            new CreateVersion
            {
                Files = [await host.UploadAsync("a", Guid.CreateVersion7().ToByteArray())],
                RunId = run,
            }
        );

    private async Task<IReadOnlyList<(string, int)>> ListAsync(string run) =>
        [
            .. (await host.Http.GetFromJsonAsync<JsonNode>($"/api/runs/{run}/artifacts"))!["items"]!
                .AsArray()
                .Select(item => (item!["name"]!.GetValue<string>(), item["version"]!.GetValue<int>())),
        ];
}
