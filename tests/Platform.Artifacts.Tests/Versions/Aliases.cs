using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;

namespace Platform.Artifacts.Tests.Versions;

[Trait("suite", "integration")]
public sealed class Aliases(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    [Fact]
    [Trait("check", "ART-06")]
    public async Task resolve_and_move()
    {
        var name = await ThreeVersionsAsync();

        Assert.Equal(200, (await SetAsync(name, "prod", 1)).Status);
        Assert.Equal(1, await ResolveAsync(name, "prod"));
        Assert.Equal(200, (await SetAsync(name, "prod", 3)).Status);
        Assert.Equal(3, await ResolveAsync(name, "prod"));
    }

    [Fact]
    [Trait("check", "ART-06")]
    public async Task may_be_two_on_one_version()
    {
        var name = await ThreeVersionsAsync();
        await SetAsync(name, "prod", 2);
        await SetAsync(name, "best", 2);

        var manifest = await host.GetAsync<ArtifactManifest>($"/api/artifacts/{name}/versions/best");
        var artifact = await host.GetAsync<ArtifactDetail>($"/api/artifacts/{name}");

        Assert.Equal(["best", "prod"], manifest.Aliases);
        Assert.Equal(
            new Dictionary<string, int>(StringComparer.Ordinal)
            {
                ["best"] = 2,
                ["latest"] = 3,
                ["prod"] = 2,
            },
            artifact.Aliases
        );
    }

    [Fact]
    [Trait("check", "ART-06")]
    public async Task can_be_set_on_the_version_too()
    {
        var name = await ThreeVersionsAsync();

        var (status, version) = await host.SendAsync(
            HttpMethod.Post,
            $"/api/artifacts/{name}/v2/alias",
            """{"alias":"prod"}"""
        );
        var (refused, _) = await host.SendAsync(
            HttpMethod.Post,
            $"/api/artifacts/{name}/v2/alias",
            """{"alias":"a/b"}"""
        );
        var (unknown, _) = await host.SendAsync(
            HttpMethod.Post,
            $"/api/artifacts/{name}/v9/alias",
            """{"alias":"prod"}"""
        );

        Assert.Equal((200, 2), (status, (int)version!["version"]!));
        Assert.Equal((400, 404), (refused, unknown));
        Assert.Equal(2, await ResolveAsync(name, "prod"));
    }

    [Fact]
    [Trait("check", "ART-06")]
    public async Task always_resolve_while_they_move()
    {
        var name = await ThreeVersionsAsync();
        await SetAsync(name, "prod", 1);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var seen = new HashSet<int>();
            while (!stop.IsCancellationRequested)
            {
                seen.Add(await ResolveAsync(name, "prod"));
            }

            return seen;
        });

        for (var i = 0; i < 30; i++)
        {
            await SetAsync(name, "prod", i % 2 + 1);
        }

        await stop.CancelAsync();
        Assert.Subset(new HashSet<int> { 1, 2 }, await reading);
    }

    [Fact]
    public async Task are_removed_without_their_version()
    {
        var name = await ThreeVersionsAsync();
        await SetAsync(name, "prod", 1);

        var path = $"/api/artifacts/{name}/aliases/prod";
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, path)).Status);

        Assert.Equal(404, (await host.SendAsync(HttpMethod.Get, $"/api/artifacts/{name}/versions/prod")).Status);
        Assert.Equal(1, await ResolveAsync(name, "1"));
    }

    [Fact]
    public async Task are_not_moved_with_an_outdated_If_Match()
    {
        var name = await ThreeVersionsAsync();
        using var read = await host.Http.GetAsync($"/api/artifacts/{name}");
        var etag = read.Headers.ETag!.Tag;

        var first = await SetAsync(name, "prod", 1, ("If-Match", etag));
        var stale = await SetAsync(name, "prod", 2, ("If-Match", etag));
        var foreign = await SetAsync(name, "prod", 2, ("If-Match", "\"abc\""));
        var any = await SetAsync(name, "prod", 3, ("If-Match", "*"));

        Assert.Equal((200, 412, 412, 200), (first.Status, stale.Status, foreign.Status, any.Status));
        Assert.Equal("/problems/version-conflict", stale.Problem);
        Assert.Equal(3, await ResolveAsync(name, "prod"));
    }

    [Theory]
    [Trait("check", "ART-06")]
    [InlineData("a%2Fb")]
    [InlineData("a:b")]
    [InlineData("a*b")]
    [InlineData("latest")]
    [InlineData("3")]
    [InlineData("v3")]
    [InlineData(".a")]
    public async Task with_reserved_meanings_or_invalid_characters_are_refused(string alias)
    {
        var name = await ThreeVersionsAsync();

        Assert.Equal((400, "/problems/validation"), await SetAsync(name, alias, 1));
        Assert.Equal(400, (await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{name}/aliases/{alias}")).Status);
    }

    [Fact]
    public async Task need_an_existing_version()
    {
        var name = await ThreeVersionsAsync();
        await host.SendAsync(HttpMethod.Delete, $"/api/artifacts/{name}/versions/2");

        Assert.Equal((404, "/problems/artifact.version-not-found"), await SetAsync(name, "prod", 4));
        Assert.Equal((409, "/problems/artifact.version-deleted"), await SetAsync(name, "prod", 2));
        Assert.Equal((404, "/problems/artifact.not-found"), await SetAsync(ArtifactsHost.NewName(), "prod", 1));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"version":"2"}""")]
    [InlineData("""{"version":1.5}""")]
    [InlineData("""{"version":1,"force":true}""")]
    public async Task need_a_number(string body)
    {
        var name = await ThreeVersionsAsync();

        var (status, _) = await host.SendAsync(HttpMethod.Put, $"/api/artifacts/{name}/aliases/prod", body);

        Assert.Equal(400, status);
    }

    private async Task<string> ThreeVersionsAsync()
    {
        var name = ArtifactsHost.NewName();
        for (var i = 0; i < 3; i++)
        {
            await host.CreateAsync(name);
        }

        return name;
    }

    private async Task<(int Status, string? Problem)> SetAsync(
        string name,
        string alias,
        int version,
        params (string Name, string Value)[] headers
    )
    {
        var (status, body) = await host.SendAsync(
            HttpMethod.Put,
            $"/api/artifacts/{name}/aliases/{alias}",
            $$"""{"version":{{version}}}""",
            headers
        );
        return (status, status < 400 ? null : (string?)body!["type"]);
    }

    private async Task<int> ResolveAsync(string name, string reference) =>
        (await host.GetAsync<ArtifactManifest>($"/api/artifacts/{name}/versions/{reference}")).Version;
}
