using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Changing;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Catalog;

[Trait("suite", "integration")]
public sealed class Rebuilding_the_catalog(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    [Fact]
    [Trait("check", "OPS-01")]
    public async Task gives_the_same_answers_after_a_rebuild_and_after_a_restart()
    {
        var job = Guid.CreateVersion7();
        var file = await host.UploadAsync("a/b", ArtifactsHost.RandomBytes(100));
        var request = new CreateVersion
        {
            Type = "model",
            Project = "demo",
            Description = "first",
            Files = [file],
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "v" },
            Aliases = ["first", "gone"],
            JobId = job,
            Attempt = 1,
        };
        await host.CreateAsync("one", request);
        await host.CreateAsync("one", request with { Aliases = ["best"], Description = null, Project = null });
        await host.CreateAsync("one", request with { Aliases = [] });
        await host.CreateAsync("two", "text");
        await ChangeAsync(HttpMethod.Put, "one/aliases/best", """{"version":1}""");
        await ChangeAsync(HttpMethod.Delete, "one/aliases/gone");
        await ChangeAsync(HttpMethod.Delete, "one/versions/3");
        await ChangeAsync(HttpMethod.Delete, "one/versions/2");
        await ChangeAsync(HttpMethod.Post, "one/versions/2/restore");
        string[] paths =
        [
            "/api/artifacts",
            "/api/artifacts/one",
            "/api/artifacts/two",
            "/api/artifacts/one/versions",
            "/api/artifacts/one/versions?deleted=true",
            "/api/artifacts/one/versions/best",
            "/api/artifacts/statistics",
            $"/api/jobs/{job}/artifacts",
        ];
        var before = await ReadAllAsync(paths);

        var replayed = await host.Services.GetRequiredService<ArtifactsStore>().RebuildAsync("artifact_catalog:v1");

        Assert.True(replayed >= 12, $"Only {replayed} events were replayed.");
        Assert.Equal(before, await ReadAllAsync(paths));
        await host.RestartAsync();
        Assert.Equal(before, await ReadAllAsync(paths));
    }

    private async Task<string[]> ReadAllAsync(string[] paths)
    {
        var answers = new List<string>();
        foreach (var path in paths)
        {
            using var response = await host.Http.GetAsync(path);
            answers.Add(
                $"{path} {response.StatusCode} {response.Headers.ETag} {await response.Content.ReadAsStringAsync()}"
            );
        }

        return [.. answers];
    }

    private async Task ChangeAsync(HttpMethod method, string path, string? json = null)
    {
        var (status, body) = await host.SendAsync(method, $"/api/artifacts/{path}", json);
        Assert.True(status < 300, $"{method} {path} answered {status}: {body}");
    }
}
