using System.Text;
using System.Text.Json.Nodes;
using SpoolFile = Platform.Sdk.Spool;

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

    [Theory]
    [InlineData(200, "<html>sign in</html>")]
    [InlineData(200, "")]
    [InlineData(404, "not found")]
    [InlineData(404, "")]
    [InlineData(302, "")]
    public void waits_until_the_platform_itself_answers(int status, string body)
    {
        File.WriteAllText(Folder.In("model.bin"), "weights");
        Platform.ForeignAnswer = (status, body);
        LogInDotnet();
        Assert.False(Send(idleTimeout: 0.3));
        Assert.Equal([_runId], UnsentSpools.RunsIn(Spool));
        Assert.Empty(Platform.RunIds);

        Platform.ForeignAnswer = null;
        Assert.True(Send());

        Assert.Equal([1L, 2L, 3L], Platform.Steps);
        Assert.Equal("model", Assert.Single(Platform.Versions).Name);
        Assert.Equal("finished", Platform.Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Theory]
    [InlineData("{}", "interrupted")]
    [InlineData("""{"jobId":"x","parentId":"y"}""", "interrupted")]
    [InlineData("""{"jobId":"x"}""", null)]
    public void ends_the_run_of_a_process_that_was_killed_when_its_last_record_was_written(string run, string? status)
    {
        var path = Leave(run, startedAt: "2026-01-01T00:00:00Z");
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));

        Assert.True(Send());

        Assert.Equal(status, Platform.Status);
        Assert.Equal(
            status is null ? null : "2026-01-02T03:04:05.000000Z",
            Platform.End?["endedAt"]!.GetValue<string>()
        );
        Assert.Equal([4L], Platform.Steps);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Fact]
    public void leaves_alone_how_a_run_ended()
    {
        Leave("{}", startedAt: null);
        Assert.True(Send());
        Assert.Null(Platform.Status);

        Leave("{}", "2026-01-01T00:00:00Z", """{"kind":"finish","body":{"status":"failed"}}""");
        Assert.True(Send());
        Assert.Equal("failed", Platform.Status);

        Platform.RefusesEnds = true;
        Leave("{}", "2026-01-01T00:00:00Z");
        Assert.True(Send());
        Assert.Equal("failed", Platform.Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Fact]
    public void knows_who_began_a_run_whose_first_records_were_sent()
    {
        using (var spool = SpoolFile.Create(Spool, _runId))
        {
            spool.Append(Encoding.UTF8.GetBytes(Record("{}", "2026-01-01T00:00:00Z") + "\n"));
            spool.Append(Encoding.UTF8.GetBytes($"{Point[..^1]},\"rest\":\"{new string('a', 5 << 20)}\"}}\n"));
            spool.Acknowledge(spool.Read(int.MaxValue).Length);
            spool.Append(Encoding.UTF8.GetBytes(Point + "\n"));
        }

        Assert.InRange(new FileInfo(Directory.EnumerateFiles(Spool, "*.jsonl").Single()).Length, 1, 1000);
        Assert.True(Send());

        Assert.Equal("interrupted", Platform.Status);
        Assert.Equal([4L], Platform.Steps);
    }

    private const string Point =
        """{"kind":"points","points":[{"key":"loss","step":4,"at":"2026-01-01T00:00:00Z","value":1}]}""";

    private static string Record(string run, string? startedAt)
    {
        var body = JsonNode.Parse(run)!.AsObject();
        body["project"] = "p";
        if (startedAt is not null)
        {
            body["startedAt"] = startedAt;
        }

        return new JsonObject { ["kind"] = "run", ["body"] = body }.ToJsonString();
    }

    /// <summary>Writes what a process leaves that is killed in the middle of a record.</summary>
    private string Leave(string run, string? startedAt, params string[] records)
    {
        Directory.CreateDirectory(Spool);
        var path = Path.Combine(Spool, $"{_runId}.1.jsonl");
        string[] all = [Record(run, startedAt), Point, .. records, """{"kind":"finish","bo"""];
        File.WriteAllText(path, string.Join('\n', all));
        return path;
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
