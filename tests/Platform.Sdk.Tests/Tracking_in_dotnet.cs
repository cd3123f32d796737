using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Sdk.Tests;

public sealed class Tracking_in_dotnet : SdkTest
{
    [Fact]
    public void sends_the_run_its_parameters_points_summary_and_end()
    {
        var job = Guid.CreateVersion7();
        var run = TrackedRun.Init(
            new TrackedRunOptions
            {
                Server = Platform.Url,
                Token = "pj_secret",
                SpoolFolder = Spool,
                Project = "team/digits",
                Name = "first",
                JobId = job,
                Parameters = new Dictionary<string, object?> { ["lr"] = 0.1, ["layers"] = new[] { 64, 10 } },
                Tags = new Dictionary<string, string> { ["owner"] = "ada" },
            }
        );
        run.Log("loss", 0.5);
        run.Log("loss", 0.25, step: 7, stage: "late");
        run.Log("loss", 0.125);
        run.Summary("accuracy", 0.97);
        run.Finish();

        AssertWholeRunArrived(job);
    }

    [Theory]
    [InlineData("/ml")]
    [InlineData("/ml/")]
    public async Task finds_a_platform_below_a_path(string path)
    {
        Platform.Prefix = "/ml";
        await File.WriteAllTextAsync(Folder.In("weights"), "1");
        var run = TrackedRun.Init(
            new TrackedRunOptions
            {
                Server = new Uri(Platform.Url, path),
                SpoolFolder = Spool,
                Project = "tests",
            }
        );
        run.Log("loss", 0.5);
        run.Artifact(Folder.In("weights"), "model");
        run.Finish();

        Assert.Single(Platform.Points);
        Assert.Equal("model", Assert.Single(Platform.Versions).Name);
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public void reports_which_attempt_ended()
    {
        TrackedRun
            .Init(
                new TrackedRunOptions
                {
                    Server = Platform.Url,
                    SpoolFolder = Spool,
                    Project = "tests",
                    Attempt = 3,
                }
            )
            .Finish();
        Assert.Equal(3, Platform.EndedAttempt);

        Start().Finish();
        Assert.Null(Platform.EndedAttempt);
    }

    [Fact]
    public void says_that_the_training_is_alive_unless_an_agent_does()
    {
        Start().Finish();
        Assert.Equal(1, Platform.Heartbeats);

        TrackedRun.Init(Options("of-a-job") with { JobId = Guid.CreateVersion7() }).Finish();
        Assert.Equal(1, Platform.Heartbeats);
    }

    [Fact]
    public void sends_numbers_that_json_cannot_represent_by_name()
    {
        var run = Start();
        run.Log("loss", double.NaN);
        run.Log("loss", double.PositiveInfinity);
        run.Log("loss", double.NegativeInfinity);
        run.Summary("worst", double.NaN);
        run.Finish();

        Assert.Equal(["NaN", "Infinity", "-Infinity"], Platform.Points.Select(p => p["value"]!.GetValue<string>()));
        Assert.Equal("NaN", Platform.Merged["summary"]!["worst"]!.GetValue<string>());
    }

    [Fact]
    public void stores_two_values_of_one_step_separately_and_a_repeated_point_once()
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var run = Start();
        run.Log("loss", 1, step: 1);
        run.Log("loss", 2, step: 1);
        run.Log("loss", 3, step: 2, at: at);
        run.Log("loss", 3, step: 2, at: at);
        run.Finish();

        Assert.Equal([1L, 1L, 2L], Platform.Steps);
    }

    [Fact]
    public void batches_points_that_are_logged_quickly()
    {
        // Long enough that a slow machine logs many points between two requests too.
        var run = Start(flushMilliseconds: 500);
        for (var i = 0; i < 50_000; i++)
        {
            run.Log("loss", i);
        }

        Assert.True(run.Flush(TimeSpan.FromMinutes(1)).IsComplete);
        run.Finish();

        Assert.Equal(Enumerable.Range(1, 50_000).Select(s => (long)s), Platform.Steps);
        Assert.InRange(Platform.Requests, 10, 100);
    }

    [Fact]
    [Trait("check", "SDK-01")]
    public void loses_and_duplicates_nothing_across_an_outage_of_the_platform()
    {
        var run = Start();
        run.Log("loss", 1);
        Assert.True(run.Flush(TimeSpan.FromSeconds(20)).IsComplete);

        Platform.Stop();
        var watch = Stopwatch.StartNew();
        for (var i = 2; i <= 5000; i++)
        {
            run.Log("loss", i);
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"5000 calls took {watch.Elapsed} without the platform.");
        Assert.False(run.Flush(TimeSpan.FromMilliseconds(300)).IsComplete);
        Platform.Start();
        run.Log("loss", 5001);
        run.Finish();

        Assert.Equal(Enumerable.Range(1, 5001).Select(s => (long)s), Platform.Steps);
        Assert.Equal(5001, Platform.PointsReceived);
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    [Trait("check", "SDK-01")]
    public void sends_unsent_records_of_an_earlier_process_of_the_run()
    {
        Platform.Stop();
        var id = Guid.CreateVersion7().ToString();
        var watch = Stopwatch.StartNew();
        var first = Start(id, finishTimeout: 1);
        first.Log("loss", 1);
        first.Log("loss", 2);
        first.Finish("failed");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"Finishing took {watch.Elapsed} without the platform.");

        Platform.Start();
        var second = Start(id);
        second.Log("loss", 3, step: 3);
        second.Finish();

        Assert.Equal([1L, 2L, 3L], Platform.Steps);
        Assert.Equal(3, Platform.PointsReceived);
        Assert.Equal("finished", Platform.Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Fact]
    public void does_not_touch_the_spools_of_other_runs_and_of_running_processes()
    {
        Platform.Stop();
        var other = Start("run.1", finishTimeout: 1);
        other.Log("loss", 1);
        other.Finish();
        var running = Start("run");
        running.Log("loss", 2);
        Assert.False(running.Flush(TimeSpan.FromMilliseconds(300)).IsComplete);

        Platform.Start();
        Start("run").Finish();
        Assert.DoesNotContain(1.0, Platform.Points.Select(p => p["value"]!.GetValue<double>()));

        running.Finish();
        Assert.Equal(1, Platform.PointsReceived);
        Assert.Single(Directory.EnumerateFiles(Spool, "run.1.*.jsonl"));
    }

    [Fact]
    public void sends_again_what_was_stored_without_an_answer()
    {
        var run = Start();
        Assert.True(run.Flush(TimeSpan.FromSeconds(20)).IsComplete);
        Platform.FaultMode = FaultMode.LosingAnswers;
        run.Log("loss", 1);
        run.Finish();

        Assert.Equal(2, Platform.PointsReceived);
        Assert.Equal([1L], Platform.Steps);
    }

    [Theory]
    [InlineData(FaultMode.Failing)]
    [InlineData(FaultMode.Hanging)]
    public void gives_up_waiting_for_a_platform_that_does_not_answer(object faultMode)
    {
        Platform.FaultMode = (FaultMode)faultMode;
        var id = Guid.CreateVersion7().ToString();
        var watch = Stopwatch.StartNew();
        var run = Start(id, finishTimeout: 1);
        run.Log("loss", 1);
        run.Finish();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"Finishing took {watch.Elapsed}.");

        Platform.FaultMode = FaultMode.None;
        Start(id).Finish();
        Assert.Equal([1L], Platform.Steps);
    }

    [Fact]
    public void continues_after_an_incomplete_record_of_a_killed_process()
    {
        Platform.Stop();
        var id = Guid.CreateVersion7().ToString();
        var killed = Start(id, finishTimeout: 1);
        killed.Log("loss", 1);
        killed.Finish();
        File.AppendAllText(
            Directory.EnumerateFiles(Spool, "*.jsonl").Single(),
            "not json\n" + """{"kind":"points","points":[{"key":"lo"""
        );

        Platform.Start();
        Start(id).Finish();

        Assert.Equal([1L], Platform.Steps);
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public async Task skips_what_the_platform_refuses_and_sends_the_rest()
    {
        Platform.RefusedKey = "bad";
        Platform.Stop();
        var run = Start();
        for (var i = 1; i <= 3; i++)
        {
            run.Log(i == 2 ? "bad" : "good", i);
            await SpooledAsync(points: i, records: i);
        }

        Platform.Start();
        run.Finish();

        Assert.Equal([1L, 3L], Platform.Steps);
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public void skips_invalid_points()
    {
        var run = Start();
        run.Log("", 1);
        run.Log("loss", 2, step: long.MaxValue);
        run.Log("loss", 3, step: 3, stage: "two\nlines");
        run.Log("loss", 4, step: 4);
        run.Finish();

        Assert.Equal([4L], Platform.Steps);
    }

    [Fact]
    public void creates_the_run_again_on_a_platform_that_does_not_know_it()
    {
        var run = Start();
        Assert.True(run.Flush(TimeSpan.FromSeconds(20)).IsComplete);
        Platform.ForgetRun();
        run.Log("loss", 1);
        run.Finish();

        Assert.Equal([1L], Platform.Steps);
        Assert.NotNull(Platform.Run);
    }

    [Fact]
    public void works_without_a_writable_spool_folder()
    {
        var blocked = Folder.In("file");
        File.WriteAllText(blocked, "");
        var run = Start(spool: blocked);
        run.Log("loss", 1);
        run.Finish();

        Assert.Equal([1L], Platform.Steps);
    }

    [Fact]
    [Trait("check", "SDK-01")]
    public void does_nothing_without_a_platform()
    {
        var run = TrackedRun.Init(new TrackedRunOptions { Server = null, SpoolFolder = Spool });
        run.Log("loss", 1);
        run.Summary("accuracy", 1);
        run.Artifact("nowhere", "model");
        Assert.True(run.Flush(TimeSpan.Zero).IsComplete);
        run.Finish();

        Assert.False(run.IsEnabled);
        Assert.False(Directory.Exists(Spool));
    }

    [Fact]
    public void tracks_nothing_with_an_invalid_run_id()
    {
        Assert.False(Start("../elsewhere").IsEnabled);
        Assert.Equal(0, Platform.Requests);
    }
}
