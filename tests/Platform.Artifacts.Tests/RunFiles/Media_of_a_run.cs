using System.Text.Json.Nodes;

namespace Platform.Artifacts.Tests.RunFiles;

[Trait("suite", "integration")]
public sealed class Media_of_a_run(HostWithRuns host) : IClassFixture<HostWithRuns>
{
    [Fact]
    public async Task are_listed_by_key_and_step()
    {
        var (run, other) = (host.NewRun(), host.NewRun());
        await PutAsync(other, "media/a.png");
        var same = Items(("samples", 2, "image", "media/a.png", "of another run"));
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Post, $"/api/runs/{other}/media", same)).Status);
        await PutAsync(run, "media/a.png");
        await PutAsync(run, "media/b.png");
        await PutAsync(run, "logs/t.txt");
        var body = Items(
            ("samples", 10, "image", "media/b.png", "ten"),
            ("samples", 2, "image", "media/a.png", null),
            ("log", 0, "text", "logs/t.txt", null)
        );

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Post, $"/api/runs/{run}/media", body)).Status);
        Assert.Equal(204, (await host.SendAsync(HttpMethod.Post, $"/api/runs/{run}/media", body)).Status);

        var keys = await host.GetAsync<JsonNode>($"/api/runs/{run}/media/keys");
        Assert.Equal(
            [("log", "text", 1L, 0L, 0L), ("samples", "image", 2L, 2L, 10L)],
            keys.AsArray()
                .Select(key =>
                    (
                        (string)key!["key"]!,
                        (string)key["kind"]!,
                        (long)key["count"]!,
                        (long)key["firstStep"]!,
                        (long)key["lastStep"]!
                    )
                )
        );
        var images = await host.GetAsync<JsonNode>($"/api/runs/{run}/media?kind=image&key=samples");
        Assert.Equal(
            [(2L, "media/a.png", null), (10L, "media/b.png", "ten")],
            images["items"]!
                .AsArray()
                .Select(item => ((long)item!["step"]!, (string)item["path"]!, (string?)item["caption"]))
        );

        Assert.Equal(204, (await host.SendAsync(HttpMethod.Delete, $"/api/runs/{run}/files/media/b.png")).Status);
        Assert.Equal(1, (int)(await host.GetAsync<JsonNode>($"/api/runs/{run}/media?kind=image"))["total"]!);
    }

    [Theory]
    [InlineData("", 1, "image", "a", "items[0].key")]
    [InlineData("k", 9_007_199_254_740_992, "image", "a", "items[0].step")]
    [InlineData("k", 1, "hologram", "a", "items[0].kind")]
    [InlineData("k", 1, "image", "../a", "items[0].path")]
    [InlineData("k", 1, "image", "none", "items[0].path")]
    public async Task that_cannot_be_are_refused_whole(string key, long step, string kind, string path, string field)
    {
        var run = host.NewRun();
        await PutAsync(run, "a");

        var (status, body) = await host.SendAsync(
            HttpMethod.Post,
            $"/api/runs/{run}/media",
            Items((key, step, kind, path, null), ("good", 1, "image", "a", null))
        );

        Assert.Equal((400, field), (status, body!["errors"]!.AsObject().Single().Key));
        Assert.Empty((await host.GetAsync<JsonNode>($"/api/runs/{run}/media/keys")).AsArray());
    }

    private static string Items(params (string Key, long Step, string Kind, string Path, string? Caption)[] items) =>
        new JsonObject
        {
            ["items"] = new JsonArray([
                .. items.Select(item => new JsonObject
                {
                    ["key"] = item.Key,
                    ["step"] = item.Step,
                    ["kind"] = item.Kind,
                    ["path"] = item.Path,
                    ["caption"] = item.Caption,
                    ["at"] = "2026-11-29T12:00:00Z",
                }),
            ]),
        }.ToJsonString();

    private async Task PutAsync(string run, string path)
    {
        using var body = new ByteArrayContent([1, 2, 3]);
        using var response = await host.Http.PutAsync($"/api/runs/{run}/files/{path}", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
