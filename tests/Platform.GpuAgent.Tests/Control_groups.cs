using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Nodes;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Limits;
using Platform.GpuAgent.Linux;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

/// <summary>Version 2 as a tree of files, and for real as far as this machine mounts it.</summary>
public sealed class Control_groups : IDisposable
{
    private const string RealUnified = "/sys/fs/cgroup/unified";

    private static readonly string[] _controllers = ["cpu", "memory"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void of_version_1_are_found_by_controller()
    {
        const string Mounts = """
            30 22 0:27 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
            34 30 0:31 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
            40 30 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """;
        const string Groups = "9:name=systemd:/x\n4:memory:/jobs/agent\n1:cpu,cpuacct:/\n0::/x\n";

        Assert.Equal(
            new OwnGroups("/sys/fs/cgroup/unified/x", "/sys/fs/cgroup/memory/jobs/agent", "/sys/fs/cgroup/cpu,cpuacct"),
            OwnGroups.Parse(Mounts, Groups)
        );
    }

    [Theory]
    [InlineData("/", "/system.slice/agent.service", "/sys/fs/cgroup/system.slice/agent.service")]
    [InlineData("/docker/0a", "/docker/0a", "/sys/fs/cgroup")]
    [InlineData("/docker/0a", "/docker/0a/below", "/sys/fs/cgroup/below")]
    [InlineData("/", "/", "/sys/fs/cgroup")]
    [InlineData("/", "/../outside", null)]
    public void of_version_2_are_found_also_in_a_container(string root, string path, string? folder) =>
        Assert.Equal(
            new OwnGroups(folder, null, null),
            OwnGroups.Parse(
                $"29 23 0:26 {root} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n",
                $"0::{path}\n"
            )
        );

    [Fact]
    public void of_an_agent_in_a_delegated_unit_take_the_limits_of_its_jobs()
    {
        var unit = Unit(controllers: "cpuset cpu io memory pids", enabled: "");
        var limits = new JobLimits(new OwnGroups(unit, null, null), wanted: true, Guid.Empty);
        Assert.Equal(NodeLimits.Enforced, limits.State);
        Assert.Equal("+cpu +memory", Read(unit, "cgroup.subtree_control"));

        // A tree of files makes no files by itself.
        var job = Path.Combine(unit, $"platform-{Guid.Empty:N}-{Key}");
        Fill(job, ("memory.swap.max", "max"), ("memory.oom.group", "0"));
        var group = limits.Make(Key, cpus: 1.5, memoryMiB: 300, NullLogger.Instance)!;

        Assert.Equal([job], group.Folders);
        Assert.Equal([Path.Combine(job, "cgroup.procs")], group.ProcessFiles);
        Assert.Equal($"{300 * 1024 * 1024}", Read(job, "memory.max"));
        Assert.Equal(
            ("0", "1", "150000 100000"),
            (Read(job, "memory.swap.max"), Read(job, "memory.oom.group"), Read(job, "cpu.max"))
        );
        Fill(
            job,
            ("memory.events", "low 0\noom 2\noom_kill 3\n"),
            ("memory.peak", "314572800\n"),
            ("cgroup.procs", "12\n345\n")
        );
        Assert.Equal(new MemoryUse(3, 314_572_800, 314_572_800), group.ReadMemory());
        Assert.Equal([12, 345], group.Processes());
    }

    [Fact]
    public void give_a_job_no_less_than_a_program_needs_to_start()
    {
        var group = new JobGroup(2, _folder.In("job"), _folder.In("job"));

        group.Make(cpus: 0.0001, memoryMiB: 1);

        Assert.Equal(
            ($"{16 * 1024 * 1024}", "1000 100000"),
            (Read(group.Memory, "memory.max"), Read(group.Cpu, "cpu.max"))
        );
    }

    [Fact]
    public void are_used_beside_the_agents_own_when_it_has_moved_there_before()
    {
        var unit = Unit(controllers: "cpu memory", enabled: "cpu memory");
        var own = Path.Combine(unit, UnifiedGroups.AgentsOwn);

        var state = UnifiedGroups.Prepare(own, Environment.ProcessId, _controllers, out var parent);

        Assert.Equal((NodeLimits.Enforced, unit), (state, parent));
    }

    [Theory]
    [InlineData("cpuset io pids", NodeLimits.NoControllers)]
    [InlineData("cpu pids", NodeLimits.NoControllers)]
    [InlineData(null, NodeLimits.NotPermitted)]
    public void without_what_limits_need_leave_jobs_without_them(string? controllers, string state)
    {
        var unit = controllers is null ? _folder.In("nothing") : Unit(controllers, enabled: "");
        var limits = new JobLimits(new OwnGroups(unit, null, null), wanted: true, Guid.Empty);

        Assert.Equal(state, limits.State);
        Assert.Null(limits.Make(Key, 1, 64, NullLogger.Instance));
    }

    [Fact]
    public void that_fail_later_leave_jobs_without_limits_and_the_node_says_so()
    {
        var unit = Unit(controllers: "cpu memory", enabled: "cpu memory");
        var limits = new JobLimits(new OwnGroups(unit, null, null), wanted: true, Guid.Empty);
        FileTreeBlock(Path.Combine(unit, $"platform-{Guid.Empty:N}-{Key}"));

        Assert.Null(limits.Make(Key, 1, 64, NullLogger.Instance));

        Assert.Equal(NodeLimits.NotPermitted, limits.State);
    }

    [Fact]
    public async Task of_version_2_with_processes_are_left_by_the_agent_but_not_by_others()
    {
        // Any controller shows it; those for CPUs and memory may be in use by version 1.
        var controllers = Path.Combine(RealUnified, "cgroup.controllers");
        if (!File.Exists(controllers) || Words(controllers) is not [var controller, ..])
        {
            return; // the trees of files above are what is left
        }

        var wasEnabled = Words(Path.Combine(RealUnified, "cgroup.subtree_control")).Contains(controller);
        if (!TryEnable(RealUnified, controller))
        {
            return;
        }

        var unit = Path.Combine(RealUnified, $"platform-test-{Guid.CreateVersion7():N}");
        Directory.CreateDirectory(unit);
        using var agent = Process.Start("sleep", "600");
        using var other = Process.Start("sleep", "600");
        try
        {
            Write(unit, "cgroup.procs", agent.Id);
            Write(unit, "cgroup.procs", other.Id);

            Assert.Equal(NodeLimits.SharedGroup, UnifiedGroups.Prepare(unit, agent.Id, [controller], out var none));
            Assert.Null(none);
            Assert.Equal(2, Read(unit, "cgroup.procs").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

            other.Kill();
            await other.WaitForExitAsync();
            Assert.Equal(NodeLimits.Enforced, UnifiedGroups.Prepare(unit, agent.Id, [controller], out var parent));
            Assert.Equal(unit, parent);
            Assert.Equal($"{agent.Id}\n", Read(unit, UnifiedGroups.AgentsOwn, "cgroup.procs"));
            Assert.Equal($"{controller}\n", Read(unit, "cgroup.subtree_control"));
        }
        finally
        {
            agent.Kill();
            other.Kill();
            await agent.WaitForExitAsync();
            await other.WaitForExitAsync();
            foreach (var folder in (string[])[Path.Combine(unit, UnifiedGroups.AgentsOwn), unit])
            {
                var group = new JobGroup(2, folder, folder);
                await WaitFor.ConditionAsync("the group to be removed", () => Task.FromResult(group.TryRemove()));
            }

            if (!wasEnabled)
            {
                Write(RealUnified, "cgroup.subtree_control", $"-{controller}");
            }
        }
    }

    private static AttemptKey Key { get; } = new(new Guid("0198c0de-0000-7000-8000-000000000001"), 2, 1);

    private string Unit(string controllers, string enabled)
    {
        var unit = _folder.In("agent.service");
        Fill(
            unit,
            ("cgroup.controllers", controllers + "\n"),
            ("cgroup.subtree_control", enabled + "\n"),
            ("cgroup.procs", "")
        );
        return unit;
    }

    private static void Fill(string folder, params (string File, string Text)[] files)
    {
        Directory.CreateDirectory(folder);
        foreach (var (file, text) in files)
        {
            File.WriteAllText(Path.Combine(folder, file), text);
        }
    }

    /// <summary>Something else has the group's name.</summary>
    private static void FileTreeBlock(string path) => File.WriteAllText(path, "");

    private static bool TryEnable(string group, string controller)
    {
        try
        {
            Write(group, "cgroup.subtree_control", $"+{controller}");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string[] Words(string file) =>
        File.ReadAllText(file).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static string Read(params string[] parts) => File.ReadAllText(Path.Combine(parts));

    private static void Write(string folder, string file, object value) =>
        File.WriteAllText(Path.Combine(folder, file), string.Create(CultureInfo.InvariantCulture, $"{value}"));
}
