using System.Runtime.InteropServices;
using System.Text;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

[Trait("suite", "integration")]
public sealed class Running_a_training : AgentTest
{
    private const int Hangup = 1;
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const nint Ignored = 1;

    [Fact]
    [Trait("check", "JOB-07")]
    public async Task reports_its_start_and_its_success_and_stores_its_log_and_outputs()
    {
        await using var agent = await StartAgentAsync();
        var work = Work(
            ["python3", "train.py", "--epochs", "3"],
            work =>
                work with
                {
                    Files = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["train.py"] = """
                            import pathlib, sys
                            for epoch in range(int(sys.argv[2])):
                                print("epoch", epoch)
                            pathlib.Path("outputs/deep").mkdir()
                            pathlib.Path("outputs/deep/model.bin").write_bytes(b"weights")
                            pathlib.Path("outputs/report.txt").write_text("good")
                            """,
                    },
                    Outputs =
                    [
                        new JobOutput
                        {
                            Path = "outputs",
                            Artifact = "digits-model",
                            Type = "model",
                        },
                    ],
                }
        );

        await agent.StartAsync(work);

        await agent.Reports.StartedAsync(work.JobId);
        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        Assert.Equal("epoch 0\nepoch 1\nepoch 2\n", Platform.Log(work).Text);
        Assert.True(Platform.Log(work).IsComplete);
        var version = Assert.Single(Platform.Versions("digits-model"));
        Assert.Equal(["deep/model.bin", "report.txt"], version.Files.Select(file => file.Path));
        Assert.Equal("weights", Platform.Text(version, "deep/model.bin"));
        Assert.Equal(
            ("model", work.JobId, 1, work.RunId),
            (version.Type, version.JobId, version.Attempt, version.RunId)
        );
        await agent.ClosedAsync(work);
        await WaitFor.ConditionAsync(
            "the work folder to be removed",
            () => Task.FromResult(!Directory.Exists(agent.Folder(work).Work) && !File.Exists(agent.Folder(work).Spool))
        );
    }

    [Fact]
    [Trait("check", "JOB-07")]
    public async Task stores_every_byte_that_it_prints_in_order()
    {
        await using var agent = await StartAgentAsync();
        var expected = new byte[3_000_000];
        new Random(7).NextBytes(expected);
        Platform.Store("noise", ("noise.bin", expected));
        var work = Shell(
            "cat inputs/noise.bin; printf 'no newline \\377 at the end' >&2",
            work => work with { Inputs = [new JobInput { Artifact = "noise:latest", Path = "inputs" }] }
        );

        await agent.StartAsync(work);

        await agent.Reports.ExitedAsync(work.JobId);
        var tail = (byte[])[.. Encoding.ASCII.GetBytes("no newline "), 0xFF, .. Encoding.ASCII.GetBytes(" at the end")];
        Assert.Equal([.. expected, .. tail], Platform.Log(work).Bytes);
    }

    [Fact]
    public async Task gives_it_the_documented_environment_and_nothing_else_of_the_agents()
    {
        Environment.SetEnvironmentVariable("AGENT_TEST_SECRET", "not for trainings");
        await using var agent = await StartAgentAsync();
        var work = Work(
            ["env"],
            work =>
                work with
                {
                    Env = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["LR"] = "0.1",
                        ["PLATFORM_ATTEMPT"] = "9",
                        ["PATH"] = "/usr/bin:/bin:/opt/mine",
                    },
                }
        );

        await agent.StartAsync(work, 2, 5);

        await agent.Reports.ExitedAsync(work.JobId);
        var environment = Platform
            .Log(work)
            .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        Assert.DoesNotContain("AGENT_TEST_SECRET", environment.Keys);
        Assert.Equal("0.1", environment["LR"]);
        Assert.Equal("/usr/bin:/bin:/opt/mine", environment["PATH"]);
        Assert.Equal("1", environment["PLATFORM_ATTEMPT"]);
        Assert.Equal("0", environment["PLATFORM_RANK"]);
        Assert.Equal($"{work.JobId}", environment["PLATFORM_JOB_ID"]);
        Assert.Equal($"{work.RunId}", environment["PLATFORM_RUN_ID"]);
        Assert.Equal(Platform.Url, environment["PLATFORM_URL"]);
        Assert.Equal("pj_test", environment["PLATFORM_TOKEN"]);
        Assert.Equal("tests/agent", environment["PLATFORM_PROJECT"]);
        Assert.Equal("2,5", environment["CUDA_VISIBLE_DEVICES"]);
        Assert.Equal(Path.Combine(agent.Folder(work).Work, ".tmp"), environment["TMPDIR"]);
        Assert.Equal(
            (Platform.Url, "pj_test", $"{work.RunId:N}", "tests/agent"),
            (
                environment["MLFLOW_TRACKING_URI"],
                environment["MLFLOW_TRACKING_TOKEN"],
                environment["MLFLOW_RUN_ID"],
                environment["MLFLOW_EXPERIMENT_NAME"]
            )
        );
        string[] ofProcessGroups = ["RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"];
        Assert.Empty(environment.Keys.Intersect(ofProcessGroups, StringComparer.Ordinal));
    }

    [Fact]
    public async Task that_tracks_with_another_server_of_MLflow_does_not_send_it_the_platforms_token()
    {
        await using var agent = await StartAgentAsync();
        var work = Work(
            ["env"],
            job =>
                job with
                {
                    Env = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["MLFLOW_TRACKING_URI"] = "https://elsewhere.example",
                    },
                }
        );

        await agent.StartAsync(work);

        await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal(
            ["MLFLOW_TRACKING_URI=https://elsewhere.example"],
            Platform.Log(work).Text.Split('\n').Where(line => line.StartsWith("MLFLOW", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task gets_its_own_variables_over_what_the_platform_sets_but_not_over_where_it_is_placed()
    {
        await using var agent = await StartAgentAsync();
        var env = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["TMPDIR"] = "/var/tmp",
            ["PYTHONUNBUFFERED"] = "",
            ["MLFLOW_TRACKING_URI"] = "file:./mlruns",
            // The platform refuses these; release 0.1.0 did not.
            ["CUDA_VISIBLE_DEVICES"] = "7",
            ["CUDA_DEVICE_ORDER"] = "FASTEST_FIRST",
        };
        var work = Work(
            ["sh", "-c", "for name in \"$@\"; do printenv $name; done", "", .. env.Keys],
            work => work with { Env = env }
        );

        await agent.StartAsync(work, 3);

        await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal("/var/tmp\n\nfile:./mlruns\n3\nPCI_BUS_ID\n", Platform.Log(work).Text);
    }

    [Fact]
    public async Task gives_it_the_signal_handling_of_a_shell()
    {
        await using var agent = await StartAgentAsync();
        // In hexadecimal; ignored signals are inherited from the parent process.
        var work = Shell("grep SigIgn /proc/self/status; yes | head -n 1; echo done");

        await agent.StartAsync(work);

        await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal("SigIgn:\t0000000000000000\ny\ndone\n", Platform.Log(work).Text);
    }

    [Fact]
    public async Task ends_by_signals_that_the_agent_ignores()
    {
        // As an agent that nohup or a shell has started in the background.
        foreach (var signal in new[] { Hangup, Interrupt, Quit })
        {
            _ = Signals.Handle(signal, Ignored);
        }

        await using var agent = await StartAgentAsync();
        var work = Shell("grep SigIgn /proc/self/status; kill -2 $$; echo goes on");

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal("SigIgn:\t0000000000000000\n", Platform.Log(work).Text);
        Assert.Equal(EndReasons.Killed, exited.Reason);
    }

    [Theory]
    [InlineData("exit 7", EndReasons.ExitCode, 7)]
    [InlineData("kill -9 $$", EndReasons.Killed, null)]
    [InlineData("kill -SEGV $$", EndReasons.Killed, null)]
    // The file that the shim writes the exit code to is in the training's reach.
    [InlineData("echo 0 > ../exit; sleep 0.5; exit 7", EndReasons.ExitCode, 7)]
    [InlineData("rm ../exit; mkfifo ../exit; exit 7", EndReasons.Killed, null)]
    [InlineData("ln -sf /dev/zero ../exit; exit 7", EndReasons.Killed, null)]
    [InlineData("ln -sf /nowhere/exit ../exit; exit 7", EndReasons.Killed, null)]
    public async Task reports_how_it_failed(string script, string reason, int? exitCode)
    {
        await using var agent = await StartAgentAsync();
        var work = Shell($"echo before; {script}", WithOutputs("outputs"));

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((reason, exitCode), (exited.Reason, exited.ExitCode));
        Assert.Equal("before\n", Platform.Log(work).Text);
        Assert.Empty(Platform.Versions("kept"));
        await agent.ClosedAsync(work);
        Assert.True(Directory.Exists(agent.Folder(work).Work), "a failed attempt's folder is kept for a while");
    }

    [Theory]
    [InlineData("no-such-program", "was not found in the PATH")]
    [InlineData("./no-such-file", "does not exist")]
    [InlineData("/usr", "is a folder")]
    [InlineData("./data.txt", "is not executable")]
    public async Task that_cannot_start_reports_why(string program, string detail)
    {
        await using var agent = await StartAgentAsync();
        var work = Work([program], work => work with { Files = Files("data.txt", "no program") });

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.CouldNotStart, (int?)null), (exited.Reason, exited.ExitCode));
        Assert.Contains(program, exited.Detail, StringComparison.Ordinal);
        Assert.Contains(detail, exited.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task whose_interpreter_is_missing_could_not_start()
    {
        await using var agent = await StartAgentAsync();
        var work = Work(["./run"], work => work with { Files = Files("run", "#!/no/such/interpreter\n") });

        await agent.StartAsync(work);

        Assert.Equal(EndReasons.CouldNotStart, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
    }

    [Fact]
    public async Task ends_when_or_after_it_starts_however_short_it_is()
    {
        await using var agent = await StartAgentAsync();
        for (var i = 0; i < 5; i++)
        {
            var work = Work(["true"]);

            await agent.StartAsync(work);

            var exited = await agent.Reports.ExitedAsync(work.JobId);
            var started = await agent.Reports.StartedAsync(work.JobId);
            Assert.Equal(started.At, exited.StartedAt);
            Assert.True(exited.At >= started.At, $"from {started.At:O} to {exited.At:O}");
        }
    }

    [Fact]
    public async Task that_changes_the_times_of_its_files_has_neither_a_future_nor_a_past_before_its_command()
    {
        await using var agent = await StartAgentAsync();
        var before = TimeProvider.System.GetUtcNow();
        var work = Shell("touch -d 2001-02-03 ../process ../exit; exec sleep 0.1");
        var other = Shell("touch -d 2101-02-03 ../process");

        await agent.StartAsync(work);
        await agent.StartAsync(other);

        foreach (
            var exited in (ProcessExited[])
                [await agent.Reports.ExitedAsync(work.JobId), await agent.Reports.ExitedAsync(other.JobId)]
        )
        {
            Assert.InRange(exited.StartedAt!.Value, before, TimeProvider.System.GetUtcNow());
            Assert.InRange(exited.At, exited.StartedAt.Value, TimeProvider.System.GetUtcNow());
        }
    }

    [Fact]
    public async Task needs_neither_output_nor_checkpoint_and_takes_empty_arguments()
    {
        await using var agent = await StartAgentAsync();
        var silent = Work(["true", ""]);
        var counting = Work(["sh", "-c", "printf '<%s>' \"$@\"", "", "", " ", ""]);

        await agent.StartAsync(silent);
        await agent.StartAsync(counting);

        foreach (var work in (AttemptWork[])[silent, counting])
        {
            var exited = await agent.Reports.ExitedAsync(work.JobId);
            Assert.Equal((EndReasons.ExitCode, 0, null), (exited.Reason, exited.ExitCode, exited.Detail));
            Assert.True(Platform.Log(work).IsComplete);
            await agent.ClosedAsync(work);
        }

        Assert.Equal("", Platform.Log(silent).Text);
        Assert.Equal("<>< ><>", Platform.Log(counting).Text);
    }

    [Fact]
    public async Task ends_with_its_main_process_and_kills_its_leftover_processes()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("sleep 300 & setsid sleep 300 & echo done");

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        Assert.Equal("done\n", Platform.Log(work).Text);
        Assert.Empty(ProcessesOf(work));
    }

    [Fact]
    public async Task is_answered_with_the_same_report_when_the_command_is_repeated()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("echo once");
        await agent.StartAsync(work);
        var first = await agent.Reports.ExitedAsync(work.JobId);
        await agent.ClosedAsync(work);

        await agent.StartAsync(work);

        await WaitFor.ConditionAsync(
            "the report again",
            () => Task.FromResult(agent.Reports.Exited.Count(exited => exited.ReportId == first.ReportId) >= 2)
        );
        Assert.Equal("once\n", Platform.Log(work).Text);
        Assert.Single(agent.Reports.Exited.Select(exited => exited.ReportId).Distinct());
    }

    [Fact]
    public async Task repeats_its_reports_until_they_are_recorded()
    {
        await using var agent = await StartAgentAsync();
        agent.Reports.Records = false;
        var work = Shell("true");
        await agent.StartAsync(work);
        await WaitFor.ConditionAsync("the second report", () => Task.FromResult(agent.Reports.Exited.Count >= 2));
        Assert.Contains(agent.Attempts.Held(), held => held.JobId == work.JobId);

        agent.Reports.Records = true;

        await agent.ClosedAsync(work);
        Assert.Single(agent.Reports.Exited.Select(exited => exited.ReportId).Distinct());
    }

    private static Dictionary<string, string> Files(string path, string text) =>
        new(StringComparer.Ordinal) { [path] = text };

    private static Func<AttemptWork, AttemptWork> WithOutputs(string path) =>
        work => work with { Outputs = [new JobOutput { Path = path, Artifact = "kept" }] };
}

/// <summary>How this process, which runs the agent, takes signals.</summary>
file static class Signals
{
    [DllImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint Handle(int signal, nint handler);
}
