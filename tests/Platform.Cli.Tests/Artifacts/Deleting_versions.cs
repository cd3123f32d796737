using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Artifacts;

public sealed class Deleting_versions
{
    [Theory]
    [InlineData("model:7", "model:7")]
    [InlineData("model:production", "model:3")]
    public async Task names_one_by_number_or_alias(string text, string id)
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("artifacts", "delete", text);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("POST /api/artifacts/versions/delete", platform.Requests[^1].Line);
        Assert.Contains($"\"{id}\"", platform.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task never_means_all_versions_of_an_artifact()
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("artifacts", "delete", "model");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("name one, such as model:3", result.Error, StringComparison.Ordinal);
        Assert.Empty(platform.Requests);
    }

    [Theory]
    [InlineData("model:7")]
    [InlineData("model:v7")]
    public async Task can_be_undone(string version)
    {
        await using var platform = await StartAsync();

        Assert.Equal(0, (await platform.RunAsync("artifacts", "restore", version)).ExitCode);

        Assert.Equal("POST /api/artifacts/model/versions/7/restore", platform.Requests[^1].Line);
    }

    [Theory]
    [InlineData("restore")]
    [InlineData("purge")]
    public async Task is_undone_or_made_permanent_by_number_as_the_help_says(string command)
    {
        await using var platform = await StartAsync();

        var result = await platform.RunAsync("artifacts", command, "model:production");
        var help = await CommandResult.OfAsync("artifacts", command, "--help");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "'./platform artifacts show model --deleted' lists them",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Empty(platform.Requests);
        Assert.Contains("by number", help.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("alias", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task lists_them_page_by_page_with_who_when_and_why()
    {
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                context.Request.Query.ContainsKey("cursor")
                    ? """{"items":[{"version":2,"size":10,"deletedAt":"2026-11-28T10:00:00Z","deletedBy":"service:artifacts"}]}"""
                    : """{"items":[{"version":7,"size":2048,"deletedAt":"2026-11-29T10:00:00Z","deletedBy":"user:anna","deleteReason":"wrong data"}],"nextCursor":"c"}"""
            );
        });

        var result = await platform.RunAsync("artifacts", "show", "model", "--deleted");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(
            "VERSION\tSIZE\tDELETED\tBY\tREASON\n7\t2.0 KiB\t2026-11-29T10:00:00Z\tanna\twrong data\n2\t10 B\t2026-11-28T10:00:00Z\tservice:artifacts\t–\n",
            result.Output
        );
        Assert.Equal("GET /api/artifacts/model/versions?deleted=true&limit=200", platform.Requests[0].Line);
        Assert.Equal(2, (await platform.RunAsync("artifacts", "show", "model:3", "--deleted")).ExitCode);
    }

    [Fact]
    public async Task says_how_to_list_the_deleted_versions_of_an_artifact()
    {
        await using var platform = await FakePlatform.AnsweringAsync("""{"items":[{"name":"model"}]}""");
        await using var empty = await FakePlatform.AnsweringAsync("""{"items":[]}""");

        var result = await platform.RunAsync("artifacts", "list", "--deleted");
        var none = await empty.RunAsync("artifacts", "list", "--deleted");

        Assert.Contains("'artifacts show NAME --deleted'", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("artifacts show", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task permanently_names_the_files_that_go()
    {
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                """
                {"dryRun":true,"items":[{"id":"model:3","done":true}],"content":{"orphanedBlobs":1,"orphanedBytes":2048,
                 "orphaned":[{"sha256":"00aa","size":2048}],"sharedBlobs":4,"sharedBytes":1024}}
                """
            );
        });

        var result = await platform.RunAsync("artifacts", "purge", "model:3", "--dry-run");
        var json = await platform.RunAsync("artifacts", "purge", "model:3", "--dry-run", "--json");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("model:3 would be deleted permanently", result.Output, StringComparison.Ordinal);
        Assert.Contains("1 file (2.0 KiB) that nothing else has", result.Output, StringComparison.Ordinal);
        Assert.Contains("  00aa  2.0 KiB", result.Output, StringComparison.Ordinal);
        Assert.Equal("00aa", JsonNode.Parse(json.Output)!["content"]!["orphaned"]![0]!["sha256"]!.GetValue<string>());
    }

    [Fact]
    public async Task permanently_adds_up_what_several_requests_say()
    {
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                """
                {"dryRun":false,"items":[{"id":"model:3","done":true}],"content":{"orphanedBlobs":1,"orphanedBytes":2048,
                 "orphaned":[{"sha256":"00aa","size":2048}],"sharedBlobs":4,"sharedBytes":1024}}
                """
            );
        });
        string[] versions = [.. Enumerable.Range(1, 201).Select(number => $"model:{number}")];

        var result = await platform.RunAsync(["artifacts", "purge", .. versions, "--json"]);

        var content = JsonNode.Parse(result.Output)!["content"]!;
        Assert.Equal(2, platform.Requests.Count);
        Assert.Equal(2, content["orphanedBlobs"]!.GetValue<long>());
        Assert.Equal(2, content["orphaned"]!.AsArray().Count);
    }

    private static Task<FakePlatform> StartAsync() =>
        FakePlatform.StartAsync(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                HttpMethods.IsGet(context.Request.Method)
                    ? """{"version":3}"""
                    : """{"items":[{"id":"model:3","done":true}]}"""
            );
        });
}
