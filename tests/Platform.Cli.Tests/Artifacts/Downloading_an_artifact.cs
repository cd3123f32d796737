using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Artifacts;

public sealed class Downloading_an_artifact : IDisposable
{
    private static readonly byte[] _content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000)));
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("check", "ART-05")]
    public async Task resumes_after_a_lost_connection_and_verifies_the_whole_file()
    {
        await using var platform = await FakePlatform.StartAsync(context =>
            IsFile(context)
                ? context.Request.Headers.Range.Count == 0
                    ? SendHalfAsync(context)
                    : SendRestAsync(context, _content)
                : ManifestAsync(context, "sub/model.bin")
        );

        var result = await platform.RunAsync("artifacts", "download", "m:prod", _folder.Path);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(_content, await File.ReadAllBytesAsync(_folder.In("sub", "model.bin")));
        Assert.Contains(
            platform.Requests,
            request => request.Headers.TryGetValue("Range", out var range) && range != "bytes=0-"
        );
        Assert.Equal("GET /api/artifacts/m/versions/prod", platform.Requests[0].Line);
        Assert.All(
            platform.Requests.Skip(1),
            request =>
                Assert.StartsWith("GET /api/artifacts/m/versions/3/files/", request.Line, StringComparison.Ordinal)
        );
    }

    [Fact]
    [Trait("check", "ART-05")]
    public async Task discards_a_file_with_a_wrong_checksum()
    {
        await using var platform = await FakePlatform.StartAsync(context =>
            IsFile(context) ? SendRestAsync(context, new byte[_content.Length]) : ManifestAsync(context, "model.bin")
        );

        var result = await platform.RunAsync("artifacts", "download", "m", _folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "The checksum of model.bin is wrong; the file was discarded.",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/tmp/escaped")]
    [InlineData("a/../../escaped")]
    public async Task never_writes_outside_its_folder(string name)
    {
        await using var platform = await FakePlatform.StartAsync(context =>
            IsFile(context) ? SendRestAsync(context, _content) : ManifestAsync(context, name)
        );
        var inside = Directory.CreateDirectory(_folder.In("inside")).FullName;

        var result = await platform.RunAsync("artifacts", "download", "m", inside);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("leads out of the folder", result.Error, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task fetches_only_files_that_do_not_exist()
    {
        await File.WriteAllBytesAsync(_folder.In("model.bin"), _content);
        await using var platform = await FakePlatform.StartAsync(context => ManifestAsync(context, "model.bin"));

        var result = await platform.RunAsync("artifacts", "download", "m", _folder.Path);

        Assert.Equal(0, result.ExitCode);
        Assert.Single(platform.Requests);
    }

    [Fact]
    public async Task puts_the_files_into_a_folder_with_its_name_when_none_is_given()
    {
        await using var platform = await FakePlatform.StartAsync(context =>
            IsFile(context) ? SendRestAsync(context, _content) : ManifestAsync(context, "model.bin")
        );

        // A process of its own, because the folder is in the current one.
        var result = await CliProcess.RunAsync(_folder.Path, ["artifacts", "download", "m", "--server", platform.Url]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(_content, await File.ReadAllBytesAsync(_folder.In("m", "model.bin")));
    }

    [Theory]
    [InlineData(255)]
    [InlineData(243)]
    public async Task works_and_resumes_with_a_name_as_long_as_files_can_have(int length)
    {
        var name = new string('n', length);
        await using var platform = await FakePlatform.StartAsync(context =>
            IsFile(context)
                ? context.Request.Headers.Range.Count == 0
                    ? SendHalfAsync(context)
                    : SendRestAsync(context, _content)
                : ManifestAsync(context, $"sub/{name}")
        );

        var result = await platform.RunAsync("artifacts", "download", "m", _folder.Path);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(_content, await File.ReadAllBytesAsync(_folder.In("sub", name)));
        Assert.Single(Directory.EnumerateFiles(_folder.In("sub")));
        Assert.Contains(platform.Requests, request => request.Headers.ContainsKey("Range"));
    }

    [Fact]
    public async Task overwrites_nothing_unless_it_is_told_to()
    {
        await File.WriteAllTextAsync(_folder.In("mine"), "not the version's");
        await using var platform = await FakePlatform.StartAsync(context =>
            IsFile(context)
                ? SendRestAsync(context, _content)
                : ManifestAsync(context, "first", "mine", "model.bin", "sub/a")
        );

        var refused = await platform.RunAsync("artifacts", "download", "m", _folder.Path);

        Assert.Equal(1, refused.ExitCode);
        Assert.EndsWith(
            $"platform: {_folder.In("mine")} exists with other content; nothing was written. Choose another folder, or overwrite with --force.\n",
            refused.Error,
            StringComparison.Ordinal
        );
        Assert.Equal([_folder.In("mine")], Directory.EnumerateFileSystemEntries(_folder.Path));
        Assert.Equal("not the version's", await File.ReadAllTextAsync(_folder.In("mine")));

        await File.WriteAllTextAsync(_folder.In("model.bin"), "nor is this");
        refused = await platform.RunAsync("artifacts", "download", "m", _folder.Path);
        Assert.Contains("mine and 1 more file exist with other content", refused.Error, StringComparison.Ordinal);

        var forced = await platform.RunAsync("artifacts", "download", "m", _folder.Path, "--force");
        Assert.True(forced.ExitCode == 0, forced.Error);
        Assert.Equal(_content, await File.ReadAllBytesAsync(_folder.In("mine")));
    }

    [Theory]
    [InlineData("mkfifo", "is no regular file")]
    [InlineData("mkdir", "is no regular file")]
    [InlineData("ln -s nowhere", "is no regular file")]
    [InlineData("ln -s /dev/zero", "is no regular file")]
    [InlineData("ln -s model.bin", "is no regular file")]
    [InlineData("touch", "is no folder", "sub/model.bin", "sub")]
    [InlineData("mkfifo", "is no folder", "sub/model.bin", "sub")]
    public async Task leaves_alone_what_is_no_file(
        string make,
        string what,
        string file = "model.bin",
        string place = "model.bin"
    )
    {
        await RunShellAsync($"cd '{_folder.Path}' && {make} {place}");
        await using var platform = await FakePlatform.StartAsync(context =>
            IsFile(context) ? SendRestAsync(context, _content) : ManifestAsync(context, "a", file)
        );

        foreach (
            var force in (string[][])
                [
                    [],
                    ["--force"],
                ]
        )
        {
            var result = await platform
                .RunAsync(["artifacts", "download", "m", _folder.Path, .. force])
                .WaitAsync(TimeSpan.FromSeconds(30));

            Assert.Equal(
                $"platform: {_folder.In(place)} exists and {what}; nothing was written. Choose another folder, or move it away.\n",
                result.Error
            );
            Assert.Equal(1, result.ExitCode);
            Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
        }
    }

    [Theory]
    [InlineData("file", "file exists and is no folder; nothing was written.")]
    [InlineData("file/below", "file exists and is no folder; nothing was written.")]
    [InlineData("/proc", "/proc/model.bin cannot be written: no such file or folder.")]
    public async Task says_why_nothing_can_be_written_there(string folder, string reason)
    {
        await File.WriteAllTextAsync(_folder.In("file"), "mine");
        await using var platform = await FakePlatform.StartAsync(context =>
            IsFile(context) ? SendRestAsync(context, _content) : ManifestAsync(context, "model.bin")
        );

        var result = await platform.RunAsync("artifacts", "download", "m", _folder.In(folder), "--force");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(".part", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_what_is_fetched_and_prints_where_it_is_as_JSON()
    {
        await File.WriteAllBytesAsync(_folder.In("a"), _content);
        await using var platform = await FakePlatform.StartAsync(context =>
            IsFile(context) ? SendRestAsync(context, _content) : ManifestAsync(context, "a", "b")
        );

        var first = await platform.RunAsync("artifacts", "download", "m", _folder.Path);
        var again = await platform.RunAsync("artifacts", "download", "m", _folder.Path, "--json");

        Assert.StartsWith("Downloading 1 of 2 files (", first.Error, StringComparison.Ordinal);
        Assert.Equal("", again.Error);
        var json = System.Text.Json.Nodes.JsonNode.Parse(again.Output)!;
        Assert.Equal((3, 2), (json["version"]!.GetValue<int>(), json["files"]!.GetValue<int>()));
        Assert.Equal(_folder.Path, json["folder"]!.GetValue<string>());
    }

    private static async Task RunShellAsync(string script)
    {
        using var shell = System.Diagnostics.Process.Start("sh", ["-c", script]);
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
    }

    private static bool IsFile(HttpContext context) =>
        context.Request.Path.Value!.Contains("/files/", StringComparison.Ordinal);

    /// <summary>Sends half and aborts the connection once some of it is on disk.</summary>
    private async Task SendHalfAsync(HttpContext context)
    {
        context.Response.ContentLength = _content.Length;
        await context.Response.Body.WriteAsync(_content.AsMemory(0, _content.Length / 2));
        await context.Response.Body.FlushAsync();
        await WaitFor.ConditionAsync(
            "a part to be written",
            () =>
                Task.FromResult(
                    new DirectoryInfo(_folder.In("sub")).EnumerateFiles("*.part").Any(part => part.Length > 0)
                )
        );
        context.Abort();
    }

    private static async Task SendRestAsync(HttpContext context, byte[] content)
    {
        var from = 0;
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            from = int.Parse(range["bytes=".Length..^1]);
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        await context.Response.Body.WriteAsync(content.AsMemory(from));
    }

    private static Task ManifestAsync(HttpContext context, params string[] paths) =>
        context.Response.WriteAsJsonAsync(
            new
            {
                name = "m",
                version = 3,
                type = "model",
                aliases = new[] { "prod" },
                files = paths.Select(path => new
                {
                    path,
                    size = _content.Length,
                    sha256 = Convert.ToHexStringLower(SHA256.HashData(_content)),
                }),
                size = _content.Length,
                digest = "d",
                metadata = new { },
                createdAt = DateTimeOffset.UnixEpoch,
            }
        );
}
