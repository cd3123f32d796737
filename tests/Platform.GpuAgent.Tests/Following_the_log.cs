using System.Diagnostics;
using System.Globalization;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

[Trait("suite", "integration")]
public sealed class Following_the_log : AgentTest
{
    [Fact]
    [Trait("check", "JOB-07")]
    public async Task continues_while_the_platform_is_unavailable_and_loses_nothing()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell(
            """
            i=0; while [ $i -lt 500 ]; do
                echo line $i; i=$((i+1)); sleep 0.005
                while [ $i -eq 21 ] && [ ! -e go ]; do sleep 0.02; done
            done
            """
        );
        await agent.StartAsync(work);
        await LogContainsAsync(work, "line 20\n");

        Platform.IsUnavailable = true;
        await File.WriteAllTextAsync(Path.Combine(agent.Folder(work).Work, "go"), "");
        await WaitFor.ConditionAsync(
            "the training to end on its own",
            () => Task.FromResult(agent.Folder(work).ExitCode is not null)
        );
        Assert.Empty(agent.Reports.Exited);
        Platform.IsUnavailable = false;

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        var expected = string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}\n"));
        Assert.Equal(expected, Platform.Log(work).Text);
    }

    [Fact]
    public async Task bounds_the_disk_usage_and_states_what_was_dropped()
    {
        await using var agent = await StartAgentAsync(("SpoolMiB", "1"));
        var work = Shell(
            """
            echo begin; while [ ! -e go ]; do sleep 0.02; done
            i=0; while [ $i -lt 8 ]; do head -c 1000000 /dev/zero | tr '\0' a; i=$((i+1)); sleep 0.3; done
            echo middle; while [ ! -e finish ]; do sleep 0.02; done
            echo; echo end
            """
        );
        await agent.StartAsync(work);
        await LogContainsAsync(work, "begin");
        Platform.IsUnavailable = true;
        await File.WriteAllTextAsync(Path.Combine(agent.Folder(work).Work, "go"), "");
        await WaitFor.ConditionAsync(
            "all output",
            () => Task.FromResult(new FileInfo(agent.Folder(work).Spool).Length == 8_000_013)
        );
        await WaitFor.ConditionAsync(
            "the spool to be bounded",
            () => Task.FromResult(agent.Entry(work).Gaps is [{ End: 8_000_013 }])
        );

        // The space is freed only once the journal says what was dropped.
        await WaitFor.ConditionAsync(
            "the spool's disk space to be freed",
            () => Task.FromResult(BlocksOf(agent.Folder(work).Spool) * 512 < 2_000_000)
        );
        Platform.IsUnavailable = false;
        await LogContainsAsync(work, "dropped");
        await File.WriteAllTextAsync(Path.Combine(agent.Folder(work).Work, "finish"), "");

        await agent.Reports.ExitedAsync(work.JobId);
        var log = Platform.Log(work).Text;
        const int Kept = 6 + (1024 * 1024);
        var dropped = 8_000_013 - Kept;
        Assert.Equal(
            "begin\n"
                + new string('a', Kept - 6)
                + $"\n[platform] {dropped} bytes of output were dropped here: the platform was away and the node's spool was full.\n"
                + "\nend\n",
            log
        );
    }

    private static long BlocksOf(string path)
    {
        using var stat = Process.Start(
            new ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true }
        )!;
        return long.Parse(stat.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
    }
}
