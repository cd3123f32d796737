using System.Text;

namespace Platform.Sdk.Tests;

public sealed class Tracking_in_python : PythonTest
{
    [Fact]
    public async Task sends_the_run_its_parameters_points_summary_and_end()
    {
        var job = Guid.CreateVersion7();
        await RunAsync(
            """
            run = tracking.init(name="first", parameters={"lr": 0.1, "layers": (64, 10)}, tags={"owner": "ada"})
            tracking.log({"loss": 0.5})
            run.log({"loss": 0.25}, step=7, stage="late")
            run.log({"loss": 0.125})
            tracking.summary({"accuracy": 0.97})
            tracking.finish()
            """,
            ("PLATFORM_TOKEN", "pj_secret"),
            ("PLATFORM_JOB_ID", $"{job}"),
            ("PLATFORM_PROJECT", "team/digits")
        );

        AssertWholeRunArrived(job);
    }

    [Theory]
    [InlineData("/ml")]
    [InlineData("/ml/")]
    public async Task finds_a_platform_below_a_path(string path)
    {
        Platform.Prefix = "/ml";
        await File.WriteAllTextAsync(Folder.In("weights"), "1");
        await RunAsync(
            """
            run = tracking.init()
            run.log({"loss": 0.5})
            run.artifact("weights", name="model")
            """,
            ("PLATFORM_URL", new Uri(Platform.Url, path).ToString())
        );

        Assert.Single(Platform.Points);
        Assert.Equal("model", Assert.Single(Platform.Versions).Name);
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public async Task reports_which_attempt_ended()
    {
        await RunAsync("tracking.init()", ("PLATFORM_ATTEMPT", "3"));
        Assert.Equal(3, Platform.EndedAttempt);

        await RunAsync("tracking.init()");
        Assert.Null(Platform.EndedAttempt);
    }

    [Fact]
    public async Task sends_numbers_that_json_cannot_represent_by_name()
    {
        await RunAsync(
            """
            run = tracking.init()
            for value in ("nan", "inf", "-inf"):
                run.log({"loss": float(value)})
            """
        );

        Assert.Equal(["NaN", "Infinity", "-Infinity"], Platform.Points.Select(p => p["value"]!.GetValue<string>()));
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public async Task ends_the_run_of_a_failing_script_as_failed()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() =>
            RunAsync("tracking.init(); tracking.log({'loss': 1}); raise ValueError('boom')")
        );

        Assert.Contains("boom", failure.Message, StringComparison.Ordinal);
        Assert.Equal("failed", Platform.Status);
        Assert.Equal([1L], Platform.Steps);
    }

    [Fact]
    [Trait("check", "SDK-01")]
    public async Task loses_and_duplicates_nothing_across_an_outage_of_the_platform()
    {
        using var process = Start(
            """
            run = tracking.init()
            run.log({"loss": 1.0})
            print("sent", bool(run.flush(20)), flush=True)
            input()
            started = time.monotonic()
            for i in range(2, 5001):
                run.log({"loss": float(i)})
            print("quick", time.monotonic() - started < 30, flush=True)
            print("unavailable", bool(run.flush(0.3)), flush=True)
            input()
            run.log({"loss": 5001.0})
            run.finish()
            print("done", flush=True)
            """
        );
        Assert.Equal("sent True", await process.StandardOutput.ReadLineAsync());
        Platform.Stop();
        await process.StandardInput.WriteLineAsync();
        Assert.Equal("quick True", await process.StandardOutput.ReadLineAsync());
        Assert.Equal("unavailable False", await process.StandardOutput.ReadLineAsync());
        Platform.Start();
        await process.StandardInput.WriteLineAsync();
        Assert.Equal("done", await process.StandardOutput.ReadLineAsync());
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.Equal(Enumerable.Range(1, 5001).Select(s => (long)s), Platform.Steps);
        Assert.Equal(5001, Platform.PointsReceived);
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    [Trait("check", "SDK-01")]
    public async Task sends_unsent_records_of_a_killed_process_of_the_run()
    {
        Platform.Stop();
        using (
            var process = Start(
                """
                run = tracking.init()
                run.log({"loss": 1.0})
                run.log({"loss": 2.0})
                print("logged", flush=True)
                input()
                """
            )
        )
        {
            Assert.Equal("logged", await process.StandardOutput.ReadLineAsync());
            await SpooledAsync(points: 2);
            process.Kill();
            await process.WaitForExitAsync();
        }

        Platform.Start();
        await RunAsync("tracking.init().log({'loss': 3.0}, step=3)");

        Assert.Equal([1L, 2L, 3L], Platform.Steps);
        Assert.Equal(3, Platform.PointsReceived);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Fact]
    public async Task sends_unsent_records_in_a_later_run_of_the_same_process()
    {
        Platform.Stop();
        using var process = Start(
            """
            tracking.init(finish_timeout=0.3).log({"loss": 1.0})
            tracking.finish("failed")
            print("left", flush=True)
            input()
            tracking.init().log({"loss": 2.0}, step=2)
            tracking.finish()
            """
        );
        Assert.Equal("left", await process.StandardOutput.ReadLineAsync());
        Platform.Start();
        await process.StandardInput.WriteLineAsync();
        await process.WaitForExitAsync();

        Assert.Equal([1L, 2L], Platform.Steps);
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public async Task sends_unsent_records_on_demand()
    {
        Platform.Stop();
        await RunAsync("tracking.init(finish_timeout=0.3).log({'loss': 1.0})");
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(Spool));

        Platform.Start();
        await Script.RunAsync(
            Python,
            [Path.Combine(Repository.PathOf("sdk", "python"), "platform_sdk.py"), "flush"],
            Folder.Path,
            Environment()
        );

        Assert.Equal([1L], Platform.Steps);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Spool));
    }

    [Theory]
    [InlineData(FaultMode.Failing)]
    [InlineData(FaultMode.Hanging)]
    public async Task gives_up_waiting_for_a_platform_that_does_not_answer(object faultMode)
    {
        Platform.FaultMode = (FaultMode)faultMode;
        var output = await RunAsync(
            """
            started = time.monotonic()
            run = tracking.init(finish_timeout=0.5)
            run.log({"loss": 1.0})
            run.finish()
            print("quick", time.monotonic() - started < 9)
            """
        );
        Assert.Contains("quick True", output, StringComparison.Ordinal);

        Platform.FaultMode = FaultMode.None;
        await RunAsync("tracking.init()");
        Assert.Equal([1L], Platform.Steps);
    }

    [Fact]
    public async Task sends_again_what_was_stored_without_an_answer()
    {
        Platform.FaultMode = FaultMode.LosingAnswers;
        await RunAsync("tracking.init().log({'loss': 1.0})");

        Assert.Equal([1L], Platform.Steps);
        Assert.Equal("finished", Platform.Status);
    }

    [Fact]
    public async Task skips_what_is_refused_and_what_is_not_a_number()
    {
        Platform.RefusedKey = "bad";
        await RunAsync(
            """
            run = tracking.init()
            for i, key in enumerate(["good", "bad", "good"], 1):
                run.log({key: float(i)}, step=i)
                run.flush(20)
            run.log({"loss": "much"})
            run.log({"": 1.0})
            run.log(None)
            """
        );

        Assert.Equal([1L, 3L], Platform.Steps);
        Assert.Equal("finished", Platform.Status);
    }

    [Theory]
    [InlineData("PLATFORM_DISABLED", "1")]
    [InlineData("PLATFORM_URL", "")]
    [Trait("check", "SDK-01")]
    public async Task does_nothing_when_it_is_disabled(string variable, string value)
    {
        var output = await RunAsync(
            """
            run = tracking.init(name="off")
            run.log({"loss": 1.0})
            run.summary({"accuracy": 1})
            run.artifact("nowhere", name="model")
            print(run.is_enabled, bool(run.flush()), run.id)
            run.finish()
            """,
            (variable, value)
        );

        Assert.Equal($"False True {RunId}", output.Trim());
        Assert.Equal(0, Platform.Requests);
        Assert.False(Directory.Exists(Spool));
    }
}
