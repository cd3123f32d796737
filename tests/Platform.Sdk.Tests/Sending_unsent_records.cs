namespace Platform.Sdk.Tests;

/// <summary>Any process can send a spool, whichever SDK wrote it.</summary>
[Trait("check", "SDK-01")]
public sealed class Sending_unsent_records : SdkTest
{
    private readonly string _runId = Guid.CreateVersion7().ToString();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task stores_the_whole_run_with_its_end_and_artifacts_once(bool isPython)
    {
        await File.WriteAllTextAsync(Folder.In("model.bin"), "weights");
        Platform.Stop();
        await (isPython ? LogInPythonAsync() : Task.Run(LogInDotnet));
        Assert.Equal([_runId], UnsentSpools.RunsIn(Spool));
        Assert.False(Send(idleTimeout: 0.2));
        Platform.Start();

        Assert.True(Send());
        Assert.True(Send());

        Assert.Equal([1L, 2L, 3L], Platform.Steps);
        Assert.Equal(3, Platform.PointsReceived);
        Assert.Equal(("finished", (int?)2), (Platform.Status, Platform.EndedAttempt));
        Assert.Equal(2, Platform.UpdatedBy);
        Assert.Equal("""{"accuracy":0.5}""", Platform.Merged["summary"]!.ToJsonString());
        Assert.Equal("model", Assert.Single(Platform.Versions).Name);
        Assert.Equal("weights"u8.ToArray(), Platform.Files["model.bin"]);
        Assert.Equal("picture", Assert.Single(Platform.Media)["key"]!.GetValue<string>());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
        Assert.Empty(UnsentSpools.RunsIn(Spool));
    }

    [Fact]
    public void skips_a_spool_in_use()
    {
        Platform.Stop();
        var run = TrackedRun.Init(Options(finishTimeout: 30));
        run.Log("loss", 1);
        Assert.False(run.Flush(TimeSpan.FromSeconds(0.3)).IsComplete);

        Assert.True(Send());
        Assert.Equal([_runId], UnsentSpools.RunsIn(Spool));
        Platform.Start();
        run.Finish();

        Assert.Equal([1L], Platform.Steps);
    }

    [Fact]
    public void skips_what_cannot_be_read()
    {
        Directory.CreateDirectory(Spool);
        File.WriteAllText(
            Path.Combine(Spool, $"{_runId}.1.jsonl"),
            """
            {"kind":"run","body":{"project":"p"}}
            {"kind":
            7
            {"points":[]}
            {"kind":"points","points":[{"key":"loss","step":4,"at":"2026-01-01T00:00:00Z","value":1}]}
            {"kind":"finish","bo
            """
        );
        File.WriteAllText(Path.Combine(Spool, "no run.1.jsonl"), "{}\n");
        File.WriteAllText(Path.Combine(Spool, "nameless.jsonl"), "{}\n");

        Assert.Equal([_runId], UnsentSpools.RunsIn(Spool));
        Assert.True(Send());

        Assert.Equal([4L], Platform.Steps);
        Assert.Null(Platform.Status);
    }

    private bool Send(double idleTimeout = 30) =>
        UnsentSpools.Send(Options(), TimeSpan.FromSeconds(idleTimeout), CancellationToken.None);

    private TrackedRunOptions Options(double finishTimeout = 0.3) =>
        new()
        {
            Server = Platform.Url,
            RunId = _runId,
            SpoolFolder = Spool,
            Project = "tests",
            Attempt = 2,
            FinishTimeout = TimeSpan.FromSeconds(finishTimeout),
        };

    private void LogInDotnet()
    {
        var run = TrackedRun.Init(Options());
        for (var step = 1; step <= 3; step++)
        {
            run.Log("loss", step);
        }

        run.Summary("accuracy", 0.5);
        run.Artifact(Folder.In("model.bin"), "model");
        run.LogFile(Folder.In("model.bin"));
        run.LogImage("picture", [0xff, 0xd8, 0xff]);
        run.Finish();
    }

    private Task<string> LogInPythonAsync() =>
        Script.RunAsync(
            "/usr/bin/python3",
            [
                "-c",
                """
                import platform_sdk as tracking
                run = tracking.init(finish_timeout=0.3)
                for step in range(1, 4):
                    run.log({"loss": step})
                run.summary({"accuracy": 0.5})
                run.artifact("model.bin", name="model")
                run.log_file("model.bin")
                run.log_image("picture", b"\xff\xd8\xff")
                run.finish()
                """,
            ],
            Folder.Path,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PYTHONPATH"] = Repository.PathOf("sdk", "python"),
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                ["PLATFORM_URL"] = Platform.Url.ToString(),
                ["PLATFORM_RUN_ID"] = _runId,
                ["PLATFORM_ATTEMPT"] = "2",
                ["PLATFORM_SPOOL_DIR"] = Spool,
                ["PLATFORM_ENVIRONMENT"] = "0",
                ["PLATFORM_SYSTEM_METRICS"] = "0",
            }
        );
}
