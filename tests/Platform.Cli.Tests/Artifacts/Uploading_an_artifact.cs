using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Artifacts;

public sealed class Uploading_an_artifact : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task sends_each_missing_file_and_then_the_version()
    {
        Directory.CreateDirectory(_folder.In("data", "sub"));
        await File.WriteAllTextAsync(_folder.In("data", "known"), "known");
        await File.WriteAllTextAsync(_folder.In("data", "sub", "new"), "new");
        var known = Convert.ToHexStringLower(SHA256.HashData("known"u8));
        var fresh = Convert.ToHexStringLower(SHA256.HashData("new"u8));
        await using var platform = await FakePlatform.StartAsync(context =>
        {
            var path = context.Request.Path.Value!;
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Response.StatusCode = path.EndsWith(known, StringComparison.Ordinal) ? 200 : 404;
                return Task.CompletedTask;
            }

            return context.Response.WriteAsJsonAsync(
                new
                {
                    name = "set",
                    version = 1,
                    type = "dataset",
                    aliases = new[] { "latest" },
                    files = Array.Empty<object>(),
                    size = 8,
                    digest = "d",
                    metadata = new { },
                    createdAt = DateTimeOffset.UnixEpoch,
                }
            );
        });

        var result = await platform.RunAsync("artifacts", "upload", "set", _folder.In("data"), "--type", "dataset");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            [
                $"HEAD /api/artifacts/blobs/{known}",
                $"HEAD /api/artifacts/blobs/{fresh}",
                $"PUT /api/artifacts/blobs/{fresh}",
                "POST /api/artifacts/set/versions",
            ],
            platform.Requests.Select(request => request.Line)
        );
        Assert.Equal("new", platform.Requests[2].Body);
        var version = JsonNode.Parse(platform.Requests[3].Body)!;
        Assert.Equal("dataset", version["type"]!.GetValue<string>());
        Assert.Equal(
            ["known", "sub/new"],
            version["files"]!.AsArray().Select(file => file!["path"]!.GetValue<string>())
        );
    }

    [Fact]
    public async Task is_refused_for_two_files_with_one_name_before_anything_is_sent()
    {
        Directory.CreateDirectory(_folder.In("a"));
        Directory.CreateDirectory(_folder.In("b"));
        await File.WriteAllTextAsync(_folder.In("a", "x"), "");
        await File.WriteAllTextAsync(_folder.In("b", "x"), "");
        await using var platform = await FakePlatform.AnsweringAsync("{}");

        var result = await platform.RunAsync("artifacts", "upload", "set", _folder.In("a"), _folder.In("b"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Two files would be called x", result.Error, StringComparison.Ordinal);
        Assert.Empty(platform.Requests);
    }
}
