namespace Platform.Sdk.Tests;

public sealed class Storing_files_in_dotnet : SdkTest
{
    private static readonly byte[] _image = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3];

    [Fact]
    public async Task stores_files_and_images_as_they_were()
    {
        await File.WriteAllTextAsync(Folder.In("config.yaml"), "lr: 0.1");
        await File.WriteAllBytesAsync(Folder.In("a.png"), _image);
        var run = TrackedRun.Init(Options());
        run.Log("loss", 1, step: 7);
        run.LogFile(Folder.In("config.yaml"));
        run.LogFile(Folder.In("config.yaml"), "configs/a #1?.yaml");
        run.LogImage("sam ples/1", _image, caption: "the first");
        run.LogImage("by path", Folder.In("a.png"), step: 3);
        await File.WriteAllTextAsync(Folder.In("config.yaml"), "changed");

        Assert.Equal(new TrackingReport(5, 0, 0), run.Finish());

        Assert.Equal("lr: 0.1"u8.ToArray(), Platform.Files["config.yaml"]);
        Assert.Equal("lr: 0.1"u8.ToArray(), Platform.Files["configs/a #1?.yaml"]);
        Assert.Equal(["by path 3 image", "sam ples/1 7 image the first"], Media());
        Assert.All(Platform.Media, item => Assert.Equal(_image, Platform.Files[item["path"]!.GetValue<string>()]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Fact]
    public async Task stores_a_folder()
    {
        Directory.CreateDirectory(Folder.In("plots/more"));
        await File.WriteAllTextAsync(Folder.In("plots/a.svg"), "a");
        await File.WriteAllTextAsync(Folder.In("plots/more/b.svg"), "b");
        var run = TrackedRun.Init(Options());
        run.LogFile(Folder.In("plots"));
        run.LogFile(Folder.In("plots/"), "other");
        run.Finish();

        Assert.Equal(
            ["other/a.svg", "other/more/b.svg", "plots/a.svg", "plots/more/b.svg"],
            Platform.Files.Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task leaves_out_what_is_none_and_what_the_platform_refuses()
    {
        await File.WriteAllTextAsync(Folder.In("a"), "a");
        Platform.RefusedFile = "refused";
        var run = TrackedRun.Init(Options());
        run.LogFile(Folder.In("nowhere"));
        run.LogFile(Folder.In("a"), "../a");
        run.LogFile(null!);
        run.LogImage("odd", "no image"u8.ToArray());
        run.LogImage("odd", Folder.In("nowhere"));
        run.LogImage("odd", (byte[])null!);
        run.LogImage("bad\nkey", _image);
        run.LogImage("odd", _image, step: long.MaxValue);
        run.LogFile(Folder.In("a"), "refused");
        run.LogFile(Folder.In("a"), "kept");

        Assert.Equal(new TrackingReport(1, 9, 0), run.Finish());

        Assert.Equal(["kept"], Platform.Files.Keys);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Fact]
    public void stores_what_was_logged_during_an_outage_once()
    {
        Platform.Stop();
        var run = TrackedRun.Init(Options(finishTimeout: 0.3));
        run.LogImage("a", _image);
        run.Finish();
        Platform.Start();
        Platform.FaultMode = FaultMode.LosingAnswers;

        var again = TrackedRun.Init(Options());
        Assert.True(again.Flush(TimeSpan.FromSeconds(30)).IsComplete);
        again.Finish();

        Assert.Equal(["a 0 image"], Media());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    private TrackedRunOptions Options(double finishTimeout = 30) =>
        new()
        {
            Server = Platform.Url,
            RunId = "files",
            SpoolFolder = Spool,
            Project = "tests",
            FinishTimeout = TimeSpan.FromSeconds(finishTimeout),
        };

    private IEnumerable<string> Media() =>
        Platform
            .Media.Select(item => $"{item["key"]} {item["step"]} {item["kind"]} {item["caption"]}".Trim())
            .Order(StringComparer.Ordinal);
}
