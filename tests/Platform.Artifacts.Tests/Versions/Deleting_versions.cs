using System.Text.Json.Nodes;
using Platform.Artifacts.Changing;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Versions;

[Trait("suite", "integration")]
public sealed class Deleting_versions(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    [Fact]
    [Trait("check", "ART-07")]
    public async Task moves_latest_to_the_newest_that_is_left()
    {
        var name = await VersionsAsync(3);
        Assert.Equal(3, await LatestAsync(name));

        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/3");
        Assert.Equal(2, await LatestAsync(name));
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");
        Assert.Equal(2, await LatestAsync(name));
        await host.CreateAsync(name);
        Assert.Equal(4, await LatestAsync(name));
    }

    [Fact]
    [Trait("check", "ART-08")]
    public async Task never_frees_a_number()
    {
        var name = await VersionsAsync(3);
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/3");

        Assert.Equal(4, (await host.CreateAsync(name)).Version);
    }

    [Fact]
    [Trait("check", "ART-09")]
    public async Task hides_them_from_every_reader_until_they_are_restored()
    {
        var name = await VersionsAsync(2);
        await host.SendAsync(HttpMethod.Put, $"/api/artifacts/{name}/aliases/prod", """{"version":1}""");
        var before = await host.GetAsync<JsonNode>($"/api/artifacts/{name}/versions/1");
        string[] paths = ["1", "v1", "prod", "1/files/file.txt", "1/archive"];

        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");

        foreach (var path in paths)
        {
            Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/{path}")).Status);
        }

        Assert.Equal([2], await NumbersAsync($"{name}/versions"));
        Assert.Equal([1], await NumbersAsync($"{name}/versions?deleted=true"));
        var artifact = await host.GetAsync<ArtifactDetail>($"/api/artifacts/{name}");
        Assert.Equal(["latest"], artifact.Aliases.Keys);
        Assert.Equal(1, artifact.VersionCount);

        await ChangeAsync(HttpMethod.Post, $"{name}/versions/1/restore");

        Assert.Equal(
            before.ToJsonString(),
            (await host.GetAsync<JsonNode>($"/api/artifacts/{name}/versions/prod")).ToJsonString()
        );
        foreach (var path in paths)
        {
            Assert.Equal(200, (await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/{path}")).Status);
        }
    }

    [Fact]
    public async Task of_all_leaves_an_artifact_without_latest_that_is_not_listed()
    {
        var name = await VersionsAsync(1);

        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");
        await ChangeAsync(HttpMethod.Delete, $"{name}/versions/1");

        var artifact = await host.GetAsync<ArtifactDetail>($"/api/artifacts/{name}");
        Assert.Null(artifact.LatestVersion);
        Assert.Equal((0, 0L), (artifact.VersionCount, artifact.Size));
        Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/latest")).Status);
        Assert.Equal(0, (int)(await host.GetAsync<JsonNode>($"/api/artifacts?search={name}"))["total"]!);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("9")]
    [InlineData("99999999999999999999")]
    public async Task needs_the_number_of_one_that_exists(string version)
    {
        var name = await VersionsAsync(1);

        var (status, problem) = await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{name}/versions/{version}");

        Assert.Equal(404, status);
        Assert.Equal("/problems/artifact.version-not-found", (string?)problem!["type"]);
    }

    private async Task<string> VersionsAsync(int count)
    {
        var name = ArtifactsHost.NewName();
        for (var i = 0; i < count; i++)
        {
            await host.CreateAsync(name, $"{name} {i}");
        }

        return name;
    }

    private async Task ChangeAsync(HttpMethod method, string path) =>
        Assert.Equal(204, (await host.SendAsync(method, $"/api/artifacts/{path}")).Status);

    private async Task<int> LatestAsync(string name) =>
        (await host.GetAsync<ArtifactManifest>($"/api/artifacts/{name}/versions/latest")).Version;

    private async Task<IReadOnlyList<int>> NumbersAsync(string path) =>
        [
            .. (await host.GetAsync<JsonNode>($"/api/artifacts/{path}"))["items"]!
                .AsArray()
                .Select(item => (int)item!["version"]!),
        ];
}
