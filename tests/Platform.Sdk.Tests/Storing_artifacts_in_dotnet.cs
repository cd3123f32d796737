using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Sdk.Tests;

public sealed class Storing_artifacts_in_dotnet : SdkTest
{
    [Fact]
    public void stores_an_artifact_as_it_was_when_it_was_logged()
    {
        var model = Directory.CreateDirectory(Folder.In("model", "deep")).Parent!.FullName;
        File.WriteAllText(Path.Combine(model, "weights.bin"), "weights");
        File.WriteAllText(Path.Combine(model, "deep", "copy.bin"), "weights");
        var id = Guid.CreateVersion7().ToString();
        var run = Start(id);
        Platform.FaultMode = FaultMode.LosingAnswers;
        run.Artifact(model, "digits-model", "model");
        File.WriteAllText(Path.Combine(model, "weights.bin"), "changed");
        run.Finish();

        var (name, body) = Assert.Single(Platform.Versions);
        Assert.Equal("digits-model", name);
        Assert.Equal("model", body["type"]!.GetValue<string>());
        Assert.Equal(id, body["runId"]!.GetValue<string>());
        Assert.Equal(
            ["deep/copy.bin 7", "weights.bin 7"],
            body["files"]!.AsArray().Select(f => $"{f!["path"]} {f["size"]}")
        );
        Assert.All(
            body["files"]!.AsArray(),
            f => Assert.Equal("weights", Encoding.UTF8.GetString(Platform.Blob(f!["sha256"]!.GetValue<string>())))
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void sends_many_small_files_in_few_requests(bool takesGroups)
    {
        Platform.TakesGroups = takesGroups;
        Directory.CreateDirectory(Folder.In("set", "sub"));
        for (var i = 0; i < 1200; i++)
        {
            File.WriteAllText(Folder.In("set", "sub", $"{i:D4}"), $"file {i}");
        }

        File.WriteAllText(Folder.In("set", "again"), "file 7");
        File.WriteAllText(Folder.In("set", "empty"), "");
        File.WriteAllBytes(Folder.In("set", "large"), new byte[300_000]);
        File.SetUnixFileMode(Folder.In("set", "large"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var run = Start();
        run.Artifact(Folder.In("set"), "many");
        run.Finish();

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
    public void leaves_out_what_may_never_end_or_lies_elsewhere()
    {
        Directory.CreateDirectory(Folder.In("set"));
        File.WriteAllText(Folder.In("set", "real"), "real");
        File.WriteAllText(Folder.In("elsewhere"), "secret");
        File.CreateSymbolicLink(Folder.In("set", "inside"), "real");
        File.CreateSymbolicLink(Folder.In("set", "outside"), "../elsewhere");
        File.CreateSymbolicLink(Folder.In("set", "dangling"), "nowhere");
        using (var fifo = System.Diagnostics.Process.Start("mkfifo", [Folder.In("set", "pipe")]))
        {
            fifo.WaitForExit();
        }

        var run = Start();
        run.Artifact(Folder.In("set"), "many");
        run.Finish();

        var files = Assert.Single(Platform.Versions).Body["files"]!.AsArray();
        Assert.Equal(
            ["inside", "real"],
            files.Select(file => file!["path"]!.GetValue<string>()).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void ignores_an_artifact_that_does_not_exist()
    {
        var run = Start();
        run.Artifact(Folder.In("missing"), "digits-model");
        run.Log("loss", 1);
        run.Finish();

        Assert.Empty(Platform.Versions);
        Assert.Equal([1L], Platform.Steps);
    }
}
