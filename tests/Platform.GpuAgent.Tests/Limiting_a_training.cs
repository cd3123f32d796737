using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

/// <summary>
/// For real where this machine lets its user make control groups, as root in version 1; elsewhere the node says that it sets none,
/// and the same trainings run without limits.
/// </summary>
[Trait("suite", "integration")]
public sealed class Limiting_a_training : AgentTest
{
    private const string TakeMemory = "python3 -c 'block = b\"x\" * (200 << 20); print(len(block) >> 20)'";

    [Fact]
    public async Task that_takes_more_memory_than_it_asked_for_is_killed_and_told_what_to_ask_for()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell($"exec {TakeMemory}");

        await agent.StartWithAsync(work, cpus: 1, memoryMiB: 64);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        if (!agent.EnforcesLimits)
        {
            Assert.Equal((EndReasons.ExitCode, 0, "200\n"), (exited.Reason, exited.ExitCode, Platform.Log(work).Text));
            return;
        }

        Assert.Equal((EndReasons.OutOfMemory, (int?)null), (exited.Reason, exited.ExitCode));
        Assert.Equal(
            "Killed at its memory limit (peak 64 of 64 MiB). Request more, such as 128 MiB (resources.memoryMiB).",
            exited.Detail
        );
        await GroupsAreGoneAsync(agent, work);
    }

    [Theory]
    [InlineData("exit 3", EndReasons.OutOfMemory, 3)]
    [InlineData("echo good > outputs/model", EndReasons.ExitCode, 0)]
    public async Task one_of_whose_processes_takes_too_much_says_so_however_it_ends(
        string then,
        string reason,
        int? exitCode
    )
    {
        await using var agent = await StartAgentAsync();
        var work = Shell(
            $"{TakeMemory} || true; {then}",
            work => work with { Outputs = [new JobOutput { Path = "outputs", Artifact = "kept" }] }
        );

        await agent.StartWithAsync(work, cpus: 1, memoryMiB: 64);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        if (agent.EnforcesLimits)
        {
            Assert.Equal((reason, exitCode), (exited.Reason, exited.ExitCode));
            Assert.StartsWith("One of its processes was killed", exited.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(exitCode is 0 ? 1 : 0, Platform.Versions("kept").Count);
    }

    [Fact]
    public async Task gets_the_CPU_time_that_it_asked_for_and_no_more()
    {
        await using var agent = await StartAgentAsync();
        // Busy until the kernel has held it back; where there are no limits, for a moment.
        var work = Work(
            ["python3", "busy.py", agent.EnforcesLimits ? "limited" : "free"],
            work =>
                work with
                {
                    Files = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["busy.py"] = """
                            import pathlib, sys
                            def own(controller):
                                for line in open("/proc/self/cgroup"):
                                    _, names, path = line.strip().split(":", 2)
                                    if controller in names.split(","):
                                        return path
                            def find(file):
                                for mount in open("/proc/self/mounts"):
                                    _, point, kind, options, *_ = mount.split()
                                    if kind == "cgroup2" or kind == "cgroup" and "cpu" in options.split(","):
                                        path = pathlib.Path(point + (own("cpu" if kind == "cgroup" else "") or "")) / file
                                        if path.exists():
                                            return path
                            while sys.argv[1] == "limited":
                                stat = find("cpu.stat").read_text()
                                if int(stat.split("nr_throttled ")[1].split()[0]) > 0:
                                    break
                            print("held back")
                            """,
                    },
                }
        );

        await agent.StartWithAsync(work, cpus: 0.2, memoryMiB: 64);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        Assert.Equal("held back\n", Platform.Log(work).Text);
        await GroupsAreGoneAsync(agent, work);
    }

    [Fact]
    public async Task keeps_its_limits_and_its_group_when_the_agent_is_restarted()
    {
        var work = Shell($"while [ ! -e go ]; do sleep 0.02; done; exec {TakeMemory}");
        bool enforces;
        await using (var first = await StartAgentAsync())
        {
            enforces = first.EnforcesLimits;
            await first.StartWithAsync(work, cpus: 1, memoryMiB: 64);
            await first.Reports.StartedAsync(work.JobId);
        }

        await using var second = await StartAgentAsync();
        await File.WriteAllTextAsync(Path.Combine(second.Folder(work).Work, "go"), "");

        var exited = await second.Reports.ExitedAsync(work.JobId);
        Assert.Equal(enforces ? EndReasons.OutOfMemory : EndReasons.ExitCode, exited.Reason);
        await GroupsAreGoneAsync(second, work);
    }

    [Fact]
    public async Task ends_with_all_of_its_processes_also_those_that_hide()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell(
            """
            env -i setsid sh -c 'touch hidden; exec sleep 613' &
            while [ ! -e hidden ]; do sleep 0.02; done
            """
        );

        await agent.StartWithAsync(work, cpus: 1, memoryMiB: 64);

        await agent.Reports.ExitedAsync(work.JobId);
        var hidden = RunningProcesses.With("cmdline", "sleep\0" + "613");
        if (agent.EnforcesLimits)
        {
            Assert.Empty(hidden);
        }

        hidden.ForEach(pid => Linux.LibC.Signal(pid, Linux.LibC.SigKill));
    }

    [Fact]
    public async Task is_done_by_nodes_that_say_so()
    {
        await using var agent = await StartAgentAsync();
        await using var other = await StartAgentAsync(("EnforceLimits", "false"), ("StateFolder", Folder.In("other")));
        var work = Shell($"exec {TakeMemory}");

        await other.StartWithAsync(work, cpus: 1, memoryMiB: 64);

        Assert.Equal(0, (await other.Reports.ExitedAsync(work.JobId)).ExitCode);
        Assert.Equal(NodeLimits.Off, Assert.Single(LimitsOf(other)));
        Assert.Equal(agent.EnforcesLimits, Assert.Single(LimitsOf(agent)) is NodeLimits.Enforced);
    }

    private static IEnumerable<string?> LimitsOf(TestAgent agent) =>
        agent.Reports.Heartbeats.Select(heartbeat => heartbeat.Inventory.Limits).Distinct(StringComparer.Ordinal);

    private static Task GroupsAreGoneAsync(TestAgent agent, AttemptWork work)
    {
        var group = agent.Entry(work).Group;
        Assert.Equal(agent.EnforcesLimits, group is not null);
        return WaitFor.ConditionAsync(
            "the control group to be removed",
            () => Task.FromResult(group?.Folders.Any(Directory.Exists) is not true)
        );
    }
}
