using System.Diagnostics;
using System.Formats.Tar;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Platform.Cli.Tests.Artifacts;

public sealed class Uploading_an_artifact : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task sends_what_is_missing_and_then_the_version()
    {
        Directory.CreateDirectory(_folder.In("data", "sub"));
        await File.WriteAllTextAsync(_folder.In("data", "known"), "known");
        await File.WriteAllTextAsync(_folder.In("data", "sub", "new"), "new");
        await File.WriteAllTextAsync(_folder.In("data", "sub", "same"), "new");
        await File.WriteAllBytesAsync(_folder.In("data", "large"), new byte[300_000]);
        File.SetUnixFileMode(_folder.In("data", "sub", "new"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var fresh = Sha256("new"u8);
        var large = Sha256(new byte[300_000]);
        await using var platform = await MissingAsync(fresh, large);

        var result = await platform.RunAsync("artifacts", "upload", "set", _folder.In("data"), "--type", "dataset");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            [
                "POST /api/artifacts/blobs/missing",
                "POST /api/artifacts/blobs",
                $"PUT /api/artifacts/blobs/{large}",
                "POST /api/artifacts/set/versions",
            ],
            platform.Requests.Select(request => request.Line)
        );
        Assert.Equal(
            new[] { Sha256("known"u8), fresh, large }.Order(StringComparer.Ordinal),
            JsonNode.Parse(platform.Requests[0].Body)!["sha256"]!
                .AsArray()
                .Select(hash => hash!.GetValue<string>())
                .Order(StringComparer.Ordinal)
        );
        await using var archive = new TarReader(new MemoryStream(Encoding.UTF8.GetBytes(platform.Requests[1].Body)));
        Assert.Equal(fresh, (await archive.GetNextEntryAsync(copyData: true))!.Name);
        Assert.Null(await archive.GetNextEntryAsync());
        var version = JsonNode.Parse(platform.Requests[3].Body)!;
        Assert.Equal("dataset", version["type"]!.GetValue<string>());
        Assert.Equal(
            ["known ", "large ", "sub/new true", "sub/same "],
            version["files"]!.AsArray().Select(file => $"{file!["path"]} {file["executable"]}")
        );
    }

    [Fact]
    public async Task says_that_a_full_disk_takes_nothing_new()
    {
        await File.WriteAllTextAsync(_folder.In("file"), "bytes");
        await using var platform = await FakePlatform.StartAsync(async context =>
        {
            if (context.Request.Path == "/api/artifacts/blobs/missing")
            {
                await context.Response.WriteAsync($$"""{"sha256":["{{Sha256("bytes"u8)}}"]}""");
                return;
            }

            context.Response.StatusCode = 507;
            context.Response.ContentType = "application/problem+json";
            await context.Response.WriteAsync(Jobs.FullDisk.Problem);
        });

        var result = await platform.RunAsync("artifacts", "upload", "set", _folder.In("file"));

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.EndsWith($"\n{Jobs.FullDisk.Said}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task prints_the_version_without_its_files()
    {
        await File.WriteAllTextAsync(_folder.In("a"), "a");
        await using var platform = await MissingAsync(Sha256("a"u8));

        var result = await platform.RunAsync("artifacts", "upload", "set", _folder.In("a"));
        var json = await platform.RunAsync("artifacts", "upload", "set", _folder.In("a"), "--json");

        Assert.Equal("artifact  set:1\nfiles     0\nsize      8 B\ndigest    d\n", result.Output);
        Assert.Equal("Uploading 1 of 1 file (1 B) …\n", result.Error);
        Assert.NotNull(JsonNode.Parse(json.Output)!["files"]);
    }

    [Fact]
    public async Task leaves_out_what_may_never_end_or_lies_elsewhere_and_says_so()
    {
        Directory.CreateDirectory(_folder.In("elsewhere"));
        await File.WriteAllTextAsync(_folder.In("elsewhere", "secret"), "secret");
        Directory.CreateDirectory(_folder.In("data", "sub"));
        await File.WriteAllTextAsync(_folder.In("data", "real"), "real");
        await File.WriteAllTextAsync(_folder.In("data", "sub", "b"), "b");
        File.CreateSymbolicLink(_folder.In("data", "inside"), "real");
        File.CreateSymbolicLink(_folder.In("data", "sub", "up"), "../real");
        File.CreateSymbolicLink(_folder.In("data", "outside"), _folder.In("elsewhere", "secret"));
        File.CreateSymbolicLink(_folder.In("data", "dangling"), "nowhere");
        File.CreateSymbolicLink(_folder.In("data", "loop"), "loop");
        Directory.CreateSymbolicLink(_folder.In("data", "folder"), "sub");
        Directory.CreateSymbolicLink(_folder.In("data", "sub", "above"), "..");
        Directory.CreateSymbolicLink(_folder.In("data", "whole"), ".");
        using (var fifo = Process.Start("mkfifo", [_folder.In("data", "pipe")]))
        {
            await fifo.WaitForExitAsync();
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.In("data", "socket")));
        await using var platform = await MissingAsync();

        var result = await platform.RunAsync("artifacts", "upload", "set", _folder.In("data"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(["inside", "real", "sub/b", "sub/up"], Files(platform));
        Assert.Equal(
            [
                "platform: left out dangling: a link to nothing",
                "platform: left out folder: a link to a folder",
                "platform: left out loop: a link to nothing",
                "platform: left out outside: a link that leaves the folder",
                "platform: left out pipe: no regular file",
                "platform: left out socket: no regular file",
                "platform: left out sub/above: a link to a folder",
                "platform: left out whole: a link to a folder",
                "platform: stored 4 files, left out 8",
            ],
            result.Error.TrimEnd('\n').Split('\n')
        );

        await using var following = await MissingAsync();
        result = await following.RunAsync("artifacts", "upload", "set", _folder.In("data"), "--dereference");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(["folder/b", "folder/up", "inside", "outside", "real", "sub/b", "sub/up"], Files(following));
        Assert.Contains("left out folder/above: a link to a folder above it\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task keeps_the_rest_of_a_folder_with_odd_names_and_says_which()
    {
        Directory.CreateDirectory(_folder.In("data"));
        var script =
            @"cd ""$1""; echo 1 > plain; echo 2 > 'back\slash'; echo 3 > ""$(printf 'a\nb')""; echo 4 > ""$(printf 'x\351y')""; echo 5 > ""$(printf 'caf\303\251')""";
        using (var shell = Process.Start("sh", ["-c", script, "sh", _folder.In("data")]))
        {
            await shell.WaitForExitAsync();
        }

        await using var platform = await MissingAsync();

        var result = await platform.RunAsync("artifacts", "upload", "set", _folder.In("data"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(["café", "plain"], Files(platform));
        Assert.Contains(
            "platform: left out a\\u000ab: its name has a backslash or control character\n",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("back\\slash: its name has a backslash", result.Error, StringComparison.Ordinal);
        Assert.Contains("y: its name is not UTF-8", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task is_refused_for_a_FIFO_alone()
    {
        using (var fifo = Process.Start("mkfifo", [_folder.In("pipe")]))
        {
            await fifo.WaitForExitAsync();
        }

        await using var platform = await FakePlatform.AnsweringAsync("{}");

        var result = await platform.RunAsync("artifacts", "upload", "set", _folder.In("pipe"));

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("platform: There are no files to upload: left out pipe: no regular file.\n", result.Error);
    }

    [Fact]
    public async Task is_refused_for_an_empty_path()
    {
        var result = await CommandResult.OfAsync("artifacts", "upload", "set", "");

        Assert.Equal((2, "platform: A path must not be empty.\n"), (result.ExitCode, result.Error));
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

    [Theory]
    [InlineData(300_000, 300_001)]
    [InlineData(300_000, 299_999)]
    [InlineData(300_000, 300_000)]
    [InlineData(10, 11)]
    [InlineData(10, 10)]
    public async Task is_refused_for_a_file_that_changes_meanwhile(int size, int later)
    {
        var file = _folder.In("growing");
        await File.WriteAllBytesAsync(file, new byte[size]);
        await using var platform = await FakePlatform.StartAsync(async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/missing", StringComparison.Ordinal))
            {
                await File.WriteAllBytesAsync(file, [.. Enumerable.Repeat((byte)1, later)]);
                await context.Response.WriteAsJsonAsync(new { sha256 = new[] { Sha256(new byte[size]) } });
                return;
            }

            context.Response.StatusCode = 400;
            await context.Response.WriteAsJsonAsync(new { type = "/problems/blob.checksum-mismatch" });
        });

        var result = await platform.RunAsync("artifacts", "upload", "set", file);

        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith(
            $"{file} changed while it was read; upload it again.\n",
            result.Error,
            StringComparison.Ordinal
        );
    }

    private static IEnumerable<string> Files(FakePlatform platform) =>
        JsonNode.Parse(platform.Requests[^1].Body)!["files"]!
            .AsArray()
            .Select(file => file!["path"]!.GetValue<string>());

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A platform that lacks some blobs and takes everything.</summary>
    private static Task<FakePlatform> MissingAsync(params string[] hashes) =>
        FakePlatform.StartAsync(context =>
            context.Request.Path.Value!.EndsWith("/missing", StringComparison.Ordinal)
                ? context.Response.WriteAsJsonAsync(new { sha256 = hashes })
                : context.Response.WriteAsJsonAsync(
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
                )
        );
}
