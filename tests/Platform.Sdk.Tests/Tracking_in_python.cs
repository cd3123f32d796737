using System.Text;

namespace Platform.Sdk.Tests;

public sealed class Tracking_in_python : SdkTest
{
    private const string Python = "/usr/bin/python3";

    private readonly string _runId = Guid.CreateVersion7().ToString();

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
            print("sent", run.flush(20), flush=True)
            input()
            started = time.monotonic()
            for i in range(2, 5001):
                run.log({"loss": float(i)})
            print("quick", time.monotonic() - started < 30, flush=True)
            print("unavailable", run.flush(0.3), flush=True)
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
            ("model", 2, _runId),
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

        await RunAsync("tracking.init().artifact('set', name='many')");

        var files = Assert.Single(Platform.Versions).Body["files"]!.AsArray();
        Assert.Equal(
            ["inside", "real"],
            files.Select(file => file!["path"]!.GetValue<string>()).Order(StringComparer.Ordinal)
        );
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
            print(run.is_enabled, run.flush(), run.id)
            run.finish()
            """,
            (variable, value)
        );

        Assert.Equal($"False True {_runId}", output.Trim());
        Assert.Equal(0, Platform.Requests);
        Assert.False(Directory.Exists(Spool));
    }

    private Task<string> RunAsync(string code, params (string Name, string Value)[] variables) =>
        Script.RunAsync(Python, ["-c", WithImports(code)], Folder.Path, Environment(variables));

    private System.Diagnostics.Process Start(string code) =>
        Script.Start(Python, ["-c", WithImports(code)], Folder.Path, Environment());

    private static string WithImports(string code) => $"import time\nimport platform_sdk as tracking\n{code}";

    private Dictionary<string, string> Environment(params (string Name, string Value)[] more)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PYTHONPATH"] = Repository.PathOf("sdk", "python"),
            ["PYTHONDONTWRITEBYTECODE"] = "1",
            ["PLATFORM_URL"] = Platform.Url.ToString(),
            ["PLATFORM_RUN_ID"] = _runId,
            ["PLATFORM_SPOOL_DIR"] = Spool,
        };
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }

        return variables;
    }
}
