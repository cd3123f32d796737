using System.Globalization;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Attempts;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Membership;
using Platform.GpuAgent.Processes;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

/// <summary>
/// Each crash is made the way it leaves the disk: the files of the phase, and no agent. A new agent must end every attempt
/// with one process, one log, one version and the right report.
/// </summary>
[Trait("suite", "integration")]
public sealed class Restarting_the_agent : AgentTest
{
    private static readonly string _boot = ProcessIdentity.CurrentBootId;

    [Fact]
    [Trait("check", "JOB-06")]
    public async Task Lets_trainings_go_on_and_finds_them_again()
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
    public async Task Stops_trainings_when_it_is_told_to_and_reports_them_then_or_later()
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
    public async Task Begins_again_with_what_had_not_started(string phase)
    {
        var work = Shell("echo one; echo kept > outputs/x", Outputting);
        Leave(work, Enum.Parse<AttemptPhase>(phase, ignoreCase: true));
        if (phase == "accepted")
        {
            Directory.CreateDirectory(InAttempt(work, "work", "outputs", "half"));
        }

        await using var agent = await StartAgentAsync();

        await EndedWellAsync(agent, work, "one\n");
        await agent.Reports.StartedAsync(work.JobId);
    }

    [Fact]
    public async Task Finds_the_process_that_was_started_just_before_the_crash()
    {
        var work = Shell("echo one; sleep 1; echo kept > outputs/x", Outputting);
        Leave(work, AttemptPhase.Starting);
        Launch(work);

        await using var agent = await StartAgentAsync();

        await EndedWellAsync(agent, work, "one\n");
    }

    [Fact]
    public async Task Never_runs_a_training_twice_even_when_two_shims_are_started()
    {
        var work = Shell("echo one; sleep 1; echo kept > outputs/x", Outputting);
        Leave(work, AttemptPhase.Starting);
        Launch(work);
        Launch(work);
        Launch(work);

        await using var agent = await StartAgentAsync();

        await EndedWellAsync(agent, work, "one\n");
    }

    [Fact]
    public async Task Learns_how_a_training_ended_while_it_was_away()
    {
        var work = Shell("echo one; echo kept > outputs/x", Outputting);
        Leave(work, AttemptPhase.Running);
        Launch(work);
        await WaitFor.ConditionAsync("the exit code", () => Task.FromResult(File.Exists(InAttempt(work, "exit"))));

        await using var agent = await StartAgentAsync();

        await EndedWellAsync(agent, work, "one\n");
    }

    [Theory]
    [InlineData("exited")]
    [InlineData("uploading")]
    [InlineData("reporting")]
    public async Task Finishes_what_was_left_after_the_end(string phase)
    {
        var work = Shell("unused", Outputting);
        Leave(work, Enum.Parse<AttemptPhase>(phase, ignoreCase: true));
        await File.WriteAllTextAsync(InAttempt(work, "work", "outputs", "x"), "kept\n");
        await File.WriteAllTextAsync(InAttempt(work, "log"), "one\n");
        await File.WriteAllTextAsync(InAttempt(work, "exit"), "0\n");
        if (phase != "exited")
        {
            Platform.Log(work).Append(0, "one\n"u8.ToArray(), complete: true);
        }

        if (phase == "reporting")
        {
            Platform.Keep("kept", ("x", "kept\n"u8.ToArray()));
        }

        await using var agent = await StartAgentAsync();

        await EndedWellAsync(agent, work, "one\n");
    }

    [Fact]
    public async Task Makes_one_version_of_an_output_although_it_died_before_noting_it()
    {
        var work = Shell("echo one; echo kept > outputs/x", Outputting);
        await using (var before = await StartAgentAsync())
        {
            await before.StartAsync(work);
            await before.Reports.ExitedAsync(work.JobId);
            await before.ClosedAsync(work);
            Assert.Single(Platform.Versions("kept"));
        }

        Leave(work, AttemptPhase.Uploading);
        await File.WriteAllTextAsync(InAttempt(work, "work", "outputs", "x"), "kept\n");
        await using var agent = await StartAgentAsync();

        await EndedWellAsync(agent, work, "one\n");
    }

    [Fact]
    public async Task Does_not_take_a_recycled_process_id_for_the_training()
    {
        var work = Shell("unused");
        var other = Shell("echo stranger; sleep 300");
        Leave(work, AttemptPhase.Running);
        Leave(other, AttemptPhase.Running);
        Launch(other);
        var stranger = await RunsAsync(other);
        var recycled = $"{stranger.Pid} {stranger.StartTicks - 1} {_boot}\n";
        await File.WriteAllTextAsync(InAttempt(work, "shim"), recycled);
        await File.WriteAllTextAsync(InAttempt(work, "process"), recycled);

        await using var agent = await StartAgentAsync();

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.Killed, (int?)null), (exited.Reason, exited.ExitCode));
        Assert.True(stranger.IsAlive, "Somebody else's process was killed.");
    }

    [Fact]
    public async Task Sees_that_the_machine_was_restarted()
    {
        var work = Shell("unused");
        Leave(work, AttemptPhase.Running);
        await File.WriteAllTextAsync(InAttempt(work, "shim"), $"{Environment.ProcessId} 1 another-boot\n");
        await File.WriteAllTextAsync(InAttempt(work, "process"), $"{Environment.ProcessId} 1 another-boot\n");

        await using var agent = await StartAgentAsync();

        Assert.Equal(EndReasons.NodeLost, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
    }

    [Fact]
    public async Task Waits_for_a_training_whose_shim_was_killed()
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
    public async Task Goes_on_with_a_stop_that_was_only_noted()
    {
        var work = Shell("echo ready; sleep 300");
        Leave(work, AttemptPhase.Running, entry => entry with { Stop = new StopRequest(EndReasons.Cancelled, Now) });
        Launch(work);
        await RunsAsync(work);

        await using var agent = await StartAgentAsync();

        Assert.Equal(EndReasons.Cancelled, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
        Assert.Empty(ProcessesOf(work));
    }

    [Fact]
    public async Task Goes_on_with_the_newest_attempt_of_a_job_only()
    {
        var first = Shell("echo ready; sleep 300");
        var second = Announce(first with { Attempt = 2, Command = ["echo", "second"] });
        Leave(first, AttemptPhase.Running);
        Launch(first);
        Leave(second, AttemptPhase.Accepted);

        await using var agent = await StartAgentAsync();

        var exited = await agent.Reports.ExitedAsync(second.JobId, attempt: 2);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        Assert.Empty(ProcessesOf(first));
        Assert.DoesNotContain(agent.Reports.Exited, report => report.Attempt == 1);
    }

    [Fact]
    public async Task Leaves_a_journal_that_cannot_be_read_alone_and_works_on()
    {
        Directory.CreateDirectory(Folder.In("state", "attempts", "broken"));
        await File.WriteAllTextAsync(Folder.In("state", "attempts", "broken", "journal.json"), "{ half");
        var work = Shell("echo one");

        await using var agent = await StartAgentAsync();
        await agent.StartAsync(work);

        Assert.Equal(0, (await agent.Reports.ExitedAsync(work.JobId)).ExitCode);
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static AttemptWork Outputting(AttemptWork work) =>
        work with
        {
            Outputs = [new JobOutput { Path = "outputs", Artifact = "kept" }],
        };

    private async Task EndedWellAsync(TestAgent agent, AttemptWork work, string log)
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
        Folder.In(["state", "attempts", $"{new AttemptKey(work.JobId, work.Attempt)}", .. names]);

    /// <summary>The disk as an agent leaves it that is killed in this phase.</summary>
    private void Leave(AttemptWork work, AttemptPhase phase, Func<AttemptEntry, AttemptEntry>? change = null)
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
        var end = new AttemptEnd(EndReasons.ExitCode, 0, null, Now);
        var entry = new AttemptEntry
        {
            Command = command,
            Phase = phase,
            AcceptedAt = Now,
            Work = phase >= AttemptPhase.Starting ? work with { Token = "" } : null,
            OutOfMemoryKills = long.MaxValue,
            Started = phase >= AttemptPhase.Running ? StartedOf(command) : null,
            StartedRecorded = phase >= AttemptPhase.Running,
            End = phase >= AttemptPhase.Exited ? end : null,
            Exited = phase >= AttemptPhase.Reporting ? Attempt.ReportOf(command, end) : null,
        };
        AttemptJournal.Create(state.Attempt(entry.Key), change?.Invoke(entry) ?? entry);
        if (phase >= AttemptPhase.Starting)
        {
            foreach (var name in (string[])["inputs", "outputs", "checkpoints", ".tmp"])
            {
                Directory.CreateDirectory(InAttempt(work, "work", name));
            }
        }
    }

    private static ProcessStarted StartedOf(StartProcess command) =>
        new()
        {
            ReportId = Guid.CreateVersion7(),
            NodeId = command.NodeId,
            JobId = command.JobId,
            Attempt = command.Attempt,
            At = Now,
        };

    /// <summary>Until the training runs.</summary>
    private async Task<ProcessIdentity> RunsAsync(AttemptWork work) =>
        (
            await WaitFor.ValueAsync(
                "the training",
                () => Task.FromResult(ProcessIdentity.Read(InAttempt(work, "process"))),
                identity => identity is not null
            )
        )!;

    /// <summary>What the agent did before it was killed.</summary>
    private void Launch(AttemptWork work)
    {
        var folder = new AttemptFolder(InAttempt(work));
        var entry = AttemptJournal.Open(folder)!.Entry;
        var options = new AgentOptions { Server = Platform.Url };
        var environment = TrainingEnvironment.For(entry.Command, work, options, folder);
        using var shims = new Shims(Folder.In("state", "shim.sh"));
        new TrainingProcess(folder).Launch(shims, work.Command, environment);
    }
}
