using System.Globalization;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.State;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

/// <summary>
/// Each crash is simulated by the files that it leaves on disk: those of the phase, and no agent. A new agent must end
/// every attempt with one process, one log, one version and the right report.
/// </summary>
[Trait("suite", "integration")]
public sealed class Restarting_the_agent : AgentTest
{
    private static readonly string _boot = ProcessIdentity.CurrentBootId;

    [Fact]
    [Trait("check", "JOB-06")]
    public async Task lets_trainings_continue_and_finds_them_again()
    {
        var work = Shell(
            "echo pid $$; while [ ! -e finish ]; do sleep 0.02; done; echo ended; exit 5",
            work => work with { TimeoutSeconds = 600 }
        );
        await using (var before = await StartAgentAsync())
        {
            await before.StartAsync(work);
            await before.Reports.StartedAsync(work.JobId);
            await LogContainsAsync(work, "pid");
        }

        var pid = int.Parse(Platform.Log(work).Text.Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.NotNull(ProcessStatus.Read(pid));
        await using var agent = await StartAgentAsync();
        Assert.Contains(
            agent.Reports.Heartbeats,
            heartbeat => heartbeat.Attempts.Any(held => held.JobId == work.JobId)
        );
        await File.WriteAllTextAsync(Path.Combine(agent.Folder(work).Work, "finish"), "");

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 5), (exited.Reason, exited.ExitCode));
        Assert.Equal($"pid {pid}\nended\n", Platform.Log(work).Text);
    }

    [Fact]
    public async Task stops_trainings_if_so_configured_and_reports_them_then_or_later()
    {
        var work = Shell("echo ready; sleep 300");
        await using (var before = await StartAgentAsync(("OnStop", "Stop")))
        {
            await before.StartAsync(work);
            await LogContainsAsync(work, "ready");
        }

        Assert.Empty(ProcessesOf(work));
        await using var agent = await StartAgentAsync();
        Assert.Equal(EndReasons.NodeStopped, agent.Entry(work).End!.Reason);
        await agent.ClosedAsync(work);
    }

    [Theory]
    [InlineData("accepted")]
    [InlineData("starting")]
    public async Task restarts_staging_of_what_had_not_started(string phase)
    {
        var work = Shell("echo one; echo kept > outputs/x", WithOutputs);
        CreateFilesOf(work, Enum.Parse<AttemptPhase>(phase, ignoreCase: true));
        if (phase == "accepted")
        {
            Directory.CreateDirectory(InAttempt(work, "work", "outputs", "half"));
        }

        await using var agent = await StartAgentAsync();

        await AssertSucceededAsync(agent, work, "one\n");
        await agent.Reports.StartedAsync(work.JobId);
    }

    [Fact]
    public async Task finds_the_process_that_was_started_just_before_the_crash()
    {
        var work = Shell("echo one; sleep 1; echo kept > outputs/x", WithOutputs);
        CreateFilesOf(work, AttemptPhase.Starting);
        Launch(work);

        await using var agent = await StartAgentAsync();

        await AssertSucceededAsync(agent, work, "one\n");
    }

    [Fact]
    public async Task never_runs_a_training_twice_even_when_two_shims_are_started()
    {
        var work = Shell("echo one; sleep 1; echo kept > outputs/x", WithOutputs);
        CreateFilesOf(work, AttemptPhase.Starting);
        Launch(work);
        Launch(work);
        Launch(work);

        await using var agent = await StartAgentAsync();

        await AssertSucceededAsync(agent, work, "one\n");
    }

    [Fact]
    public async Task finds_out_how_a_training_ended_while_no_agent_ran()
    {
        var work = Shell("echo one; echo kept > outputs/x", WithOutputs);
        CreateFilesOf(work, AttemptPhase.Running);
        Launch(work);
        var folder = new AttemptFolder(InAttempt(work));
        await WaitFor.ConditionAsync("the exit code", () => Task.FromResult(folder.ExitCode is not null));

        await using var agent = await StartAgentAsync();

        await AssertSucceededAsync(agent, work, "one\n");
    }

    [Theory]
    [InlineData("exited")]
    [InlineData("uploading")]
    [InlineData("reporting")]
    public async Task finishes_the_remaining_phases_after_the_end(string phase)
    {
        var work = Shell("unused", WithOutputs);
        CreateFilesOf(work, Enum.Parse<AttemptPhase>(phase, ignoreCase: true));
        await File.WriteAllTextAsync(InAttempt(work, "work", "outputs", "x"), "kept\n");
        await File.WriteAllTextAsync(InAttempt(work, "log"), "one\n");
        await File.WriteAllTextAsync(InAttempt(work, "exit"), "0\n");
        if (phase != "exited")
        {
            Platform.Log(work).Append(0, "one\n"u8.ToArray(), complete: true);
        }

        if (phase == "reporting")
        {
            Platform.Store("kept", ("x", "kept\n"u8.ToArray()));
        }

        await using var agent = await StartAgentAsync();

        await AssertSucceededAsync(agent, work, "one\n");
    }

    [Fact]
    public async Task makes_one_version_of_an_output_even_if_it_died_before_noting_it()
    {
        var work = Shell("echo one; echo kept > outputs/x", WithOutputs);
        await using (var before = await StartAgentAsync())
        {
            await before.StartAsync(work);
            await before.Reports.ExitedAsync(work.JobId);
            await before.ClosedAsync(work);
            Assert.Single(Platform.Versions("kept"));
        }

        CreateFilesOf(work, AttemptPhase.Uploading);
        await File.WriteAllTextAsync(InAttempt(work, "work", "outputs", "x"), "kept\n");
        await using var agent = await StartAgentAsync();

        await AssertSucceededAsync(agent, work, "one\n");
    }

    [Fact]
    public async Task does_not_take_a_recycled_process_id_for_the_training()
    {
        var work = Shell("unused");
        var other = Shell("echo other; sleep 300");
        CreateFilesOf(work, AttemptPhase.Running);
        CreateFilesOf(other, AttemptPhase.Running);
        Launch(other);
        var otherProcess = await WaitUntilRunningAsync(other);
        var recycled = $"{otherProcess.Pid} {otherProcess.StartTicks - 1} {_boot}\n";
        await File.WriteAllTextAsync(InAttempt(work, "shim"), recycled);
        await File.WriteAllTextAsync(InAttempt(work, "process"), recycled);

        await using var agent = await StartAgentAsync();

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.Killed, (int?)null), (exited.Reason, exited.ExitCode));
        Assert.True(otherProcess.IsAlive, "Another process was killed.");
    }

    [Fact]
    public async Task detects_that_the_machine_was_rebooted()
    {
        var work = Shell("unused");
        CreateFilesOf(work, AttemptPhase.Running);
        await File.WriteAllTextAsync(InAttempt(work, "shim"), $"{Environment.ProcessId} 1 another-boot\n");
        await File.WriteAllTextAsync(InAttempt(work, "process"), $"{Environment.ProcessId} 1 another-boot\n");

        await using var agent = await StartAgentAsync();

        Assert.Equal(EndReasons.NodeLost, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
    }

    [Fact]
    public async Task waits_for_a_training_whose_shim_was_killed()
    {
        var work = Shell("echo pid $$; while [ ! -e finish ]; do sleep 0.02; done; echo ended");
        await using var agent = await StartAgentAsync();
        await agent.StartAsync(work);
        await LogContainsAsync(work, "pid");
        LibC.Signal(ProcessIdentity.Read(agent.Folder(work).Shim)!.Pid, LibC.SigKill);

        await File.WriteAllTextAsync(Path.Combine(agent.Folder(work).Work, "finish"), "");

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.Killed, (int?)null), (exited.Reason, exited.ExitCode));
        Assert.EndsWith("ended\n", Platform.Log(work).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task continues_a_stop_that_was_only_noted()
    {
        var work = Shell("echo ready; sleep 300");
        CreateFilesOf(
            work,
            AttemptPhase.Running,
            entry => entry with { Stop = new StopRequest(EndReasons.Cancelled, Now) }
        );
        Launch(work);
        await WaitUntilRunningAsync(work);

        await using var agent = await StartAgentAsync();

        Assert.Equal(EndReasons.Cancelled, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
        Assert.Empty(ProcessesOf(work));
    }

    [Fact]
    public async Task continues_only_the_newest_attempt_of_a_job()
    {
        var first = Shell("echo ready; sleep 300");
        var second = AddWork(first with { Attempt = 2, Command = ["echo", "second"] });
        CreateFilesOf(first, AttemptPhase.Running);
        Launch(first);
        CreateFilesOf(second, AttemptPhase.Accepted);

        await using var agent = await StartAgentAsync();

        var exited = await agent.Reports.ExitedAsync(second.JobId, attempt: 2);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        Assert.Empty(ProcessesOf(first));
        Assert.DoesNotContain(agent.Reports.Exited, report => report.Attempt == 1);
    }

    [Fact]
    public async Task skips_a_journal_that_cannot_be_read_and_continues()
    {
        Directory.CreateDirectory(Folder.In("state", "attempts", "broken"));
        await File.WriteAllTextAsync(Folder.In("state", "attempts", "broken", "journal.json"), "{ half");
        var work = Shell("echo one");

        await using var agent = await StartAgentAsync();
        await agent.StartAsync(work);

        Assert.Equal(0, (await agent.Reports.ExitedAsync(work.JobId)).ExitCode);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static AttemptWork WithOutputs(AttemptWork work) =>
        work with
        {
            Outputs = [new JobOutput { Path = "outputs", Artifact = "kept" }],
        };

    private async Task AssertSucceededAsync(TestAgent agent, AttemptWork work, string log)
    {
        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0, null), (exited.Reason, exited.ExitCode, exited.Detail));
        await agent.ClosedAsync(work);
        Assert.Equal(log, Platform.Log(work).Text);
        Assert.True(Platform.Log(work).IsComplete);
        var version = Assert.Single(Platform.Versions("kept"));
        Assert.Equal("kept\n", Platform.Text(version, "x"));
    }

    private string InAttempt(AttemptWork work, params string[] names) =>
        Folder.In(["state", "attempts", $"{work.Key()}", .. names]);

    /// <summary>Creates the files that an agent killed in this phase leaves.</summary>
    private void CreateFilesOf(AttemptWork work, AttemptPhase phase, Func<AttemptEntry, AttemptEntry>? change = null)
    {
        using var state = StateFolder.Open(Folder.In("state"));
        var command = new StartProcess
        {
            NodeId = state.Identity.NodeId,
            JobId = work.JobId,
            Attempt = work.Attempt,
            Cpus = 1,
            MemoryMiB = 64,
            Gpus = [],
        };
        var entry = EntryOf(work, command, phase);
        AttemptJournal.Create(state.Attempt(entry.Key), change?.Invoke(entry) ?? entry);
        if (phase >= AttemptPhase.Starting)
        {
            foreach (var name in (string[])["inputs", "outputs", "checkpoints", ".tmp"])
            {
                Directory.CreateDirectory(InAttempt(work, "work", name));
            }
        }
    }

    /// <summary>The entry after every step up to this phase.</summary>
    private static AttemptEntry EntryOf(AttemptWork work, StartProcess command, AttemptPhase phase)
    {
        var end = new AttemptEnd(EndReasons.ExitCode, 0, null, Now);
        Func<AttemptEntry, AttemptEntry>[] steps =
        [
            entry => entry.Staged(work, outOfMemoryKills: long.MaxValue),
            entry => entry.Running(Now) with { StartedRecorded = true },
            entry => entry.Ended(end),
            entry => entry.LogStored(),
            entry => entry.Stored(end),
        ];
        return steps.Take((int)phase).Aggregate(AttemptEntry.Accepted(command, Now), (entry, step) => step(entry));
    }

    /// <summary>Waits until the training runs.</summary>
    private async Task<ProcessIdentity> WaitUntilRunningAsync(AttemptWork work) =>
        (
            await WaitFor.ValueAsync(
                "the training",
                () => Task.FromResult(ProcessIdentity.Read(InAttempt(work, "process"))),
                identity => identity is not null
            )
        )!;

    /// <summary>Starts the training as the agent did before it was killed.</summary>
    private void Launch(AttemptWork work)
    {
        var folder = new AttemptFolder(InAttempt(work));
        var entry = AttemptJournal.Open(folder)!.Entry;
        var options = new AgentOptions { Server = Platform.Url };
        var environment = TrainingEnvironment.For(entry.Command, work, options, folder);
        using var shims = new Shims(Folder.In("state", "shim.sh"));
        shims.Start(folder, work.Command, environment, entry.Group).Dispose();
    }
}
