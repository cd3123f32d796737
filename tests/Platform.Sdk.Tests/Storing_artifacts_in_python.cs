using System.Text;

namespace Platform.Sdk.Tests;

public sealed class Storing_artifacts_in_python : PythonTest
{
    [Fact]
    public async Task stores_an_artifact_as_it_was_when_it_was_logged()
    {
        await RunAsync(
            """
            import os
            os.makedirs("model/deep")
            for path in ("model/weights.bin", "model/deep/copy.bin"):
                with open(path, "w") as file:
                    file.write("weights")
            run = tracking.init()
            run.artifact("model", name="digits-model", type="model")
            with open("model/weights.bin", "w") as file:
                file.write("changed")
            run.artifact("missing", name="nothing")
            """,
            ("PLATFORM_ATTEMPT", "2")
        );

        var (name, body) = Assert.Single(Platform.Versions);
        Assert.Equal("digits-model", name);
        Assert.Equal(
            ("model", 2, RunId),
            (body["type"]!.GetValue<string>(), body["attempt"]!.GetValue<int>(), body["runId"]!.GetValue<string>())
        );
        Assert.Equal(
            ["deep/copy.bin 7", "weights.bin 7"],
            body["files"]!.AsArray().Select(f => $"{f!["path"]} {f["size"]}").Order(StringComparer.Ordinal)
        );
        Assert.All(
            body["files"]!.AsArray(),
            f => Assert.Equal("weights", Encoding.UTF8.GetString(Platform.Blob(f!["sha256"]!.GetValue<string>())))
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Fact]
    [Trait("check", "ART-15")]
    public async Task keeps_the_code_of_a_run_without_what_is_ignored()
    {
        var script = new byte[700_000];
        Random.Shared.NextBytes(script);
        Directory.CreateDirectory(Folder.In("work", "data"));
        await File.WriteAllBytesAsync(Folder.In("work", "train.py"), script);
        await File.WriteAllTextAsync(Folder.In("work", "data", "large.csv"), "1");
        await File.WriteAllTextAsync(Folder.In("work", "data", "small.csv"), "2");
        await File.WriteAllTextAsync(Folder.In("work", ".platformignore"), "/data/*\n!/data/small.csv\n");

        await RunAsync(
            """
            import platform_sdk
            platform_sdk._MAX_CODE_FILES = 2
            run = tracking.init(project="team/digits", snapshot="work")
            run.flush()
            run.snapshot("work", force=True)
            print(tuple(run.finish()))
            """
        );

        var (name, body) = Assert.Single(Platform.Versions);
        Assert.Equal(("team-digits-code", "code"), (name, body["type"]!.GetValue<string>()));
        var files = body["files"]!
            .AsArray()
            .ToDictionary(
                file => file!["path"]!.GetValue<string>(),
                file => Platform.Blob(file!["sha256"]!.GetValue<string>()),
                StringComparer.Ordinal
            );
        Assert.Equal([".platformignore", "data/small.csv", "train.py"], files.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(script, files["train.py"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task sends_many_small_files_in_few_requests(bool takesGroups)
    {
        Platform.TakesGroups = takesGroups;
        Directory.CreateDirectory(Folder.In("set", "sub"));
        for (var i = 0; i < 1200; i++)
        {
            await File.WriteAllTextAsync(Folder.In("set", "sub", $"{i:D4}"), $"file {i}");
        }

        await File.WriteAllTextAsync(Folder.In("set", "again"), "file 7");
        await File.WriteAllTextAsync(Folder.In("set", "empty"), "");
        await File.WriteAllBytesAsync(Folder.In("set", "large"), new byte[300_000]);
        File.SetUnixFileMode(Folder.In("set", "large"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await RunAsync("tracking.init().artifact('set', name='many')");

        var files = Assert.Single(Platform.Versions).Body["files"]!.AsArray();
        Assert.Equal(1203, files.Count);
        Assert.All(
            files,
            file =>
                Assert.Equal(
                    File.ReadAllBytes(Folder.In("set", file!["path"]!.GetValue<string>())),
                    Platform.Blob(file["sha256"]!.GetValue<string>())
                )
        );
        Assert.Equal(
            "large",
            Assert.Single(files, file => file!["executable"] is not null)!["path"]!.GetValue<string>()
        );
        Assert.True(takesGroups == Platform.Requests < 20, $"{Platform.Requests} requests");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Fact]
    public async Task leaves_out_what_may_never_end_or_lies_elsewhere()
    {
        Directory.CreateDirectory(Folder.In("set"));
        await File.WriteAllTextAsync(Folder.In("set", "real"), "real");
        await File.WriteAllTextAsync(Folder.In("elsewhere"), "secret");
        File.CreateSymbolicLink(Folder.In("set", "inside"), "real");
        File.CreateSymbolicLink(Folder.In("set", "outside"), "../elsewhere");
        File.CreateSymbolicLink(Folder.In("set", "dangling"), "nowhere");
        using (var fifo = System.Diagnostics.Process.Start("mkfifo", [Folder.In("set", "pipe")]))
        {
            await fifo.WaitForExitAsync();
        }

        const string odd =
            @"cd ""$1""; echo 1 > 'back\slash'; echo 2 > ""$(printf 'a\nb')""; echo 3 > ""$(printf 'x\351y')""";
        using (var shell = System.Diagnostics.Process.Start("sh", ["-c", odd, "sh", Folder.In("set")]))
        {
            await shell.WaitForExitAsync();
        }

        await RunAsync("tracking.init().artifact('set', name='many')");

        var files = Assert.Single(Platform.Versions).Body["files"]!.AsArray();
        Assert.Equal(
            ["inside", "real"],
            files.Select(file => file!["path"]!.GetValue<string>()).Order(StringComparer.Ordinal)
        );
    }
}
