using System.Diagnostics;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

[Trait("suite", "integration")]
public sealed class Stopping_a_training : AgentTest
{
    [Fact]
    [Trait("check", "JOB-05")]
    public async Task lets_it_shut_down_and_removes_its_folder()
    {
        await using var agent = await StartAgentAsync(("GraceSeconds", "30"));
        var work = Shell("trap 'echo goodbye; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
        await RunAsync(agent, work);

        await agent.StopAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.Cancelled, 3), (exited.Reason, exited.ExitCode));
        Assert.EndsWith("goodbye\n", Platform.Log(work).Text, StringComparison.Ordinal);
        await agent.ClosedAsync(work);
        await WaitFor.ConditionAsync(
            "the work folder to be removed",
            () => Task.FromResult(!Directory.Exists(agent.Folder(work).Work))
        );
    }

    [Fact]
    [Trait("check", "JOB-05")]
    public async Task kills_processes_that_ignore_it_or_have_left_the_group()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell(
            """
            trap '' TERM
            setsid sh -c 'trap "" TERM; echo detached; while :; do sleep 0.05; done' &
            (sleep 300 &)
            echo ready; while :; do sleep 0.05; done
            """
        );
        await RunAsync(agent, work);
        await LogContainsAsync(work, "detached");

        await agent.StopAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal((EndReasons.Cancelled, (int?)null), (exited.Reason, exited.ExitCode));
        Assert.Equal("Ended by SIGKILL.", exited.Detail);
        Assert.Equal(("ending.signal", "SIGKILL"), (exited.DetailCode!.Code, exited.DetailCode.Args!["signal"]));
        await WaitFor.ConditionAsync("no process to be left", () => Task.FromResult(ProcessesOf(work).Count == 0));
    }

    [Fact]
    public async Task before_it_has_started_stops_its_staging()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("echo ran");
        Platform.IsUnavailable = true;
        await agent.StartAsync(work);
        await WaitFor.ConditionAsync(
            "the command in the journal",
            () => Task.FromResult(agent.Attempts.Held().Any(held => held.JobId == work.JobId))
        );

        await agent.StopAsync(work);
        await WaitFor.ConditionAsync("the stop", () => Task.FromResult(agent.Entry(work).End is not null));
        Platform.IsUnavailable = false;

        Assert.Equal(EndReasons.Cancelled, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
        Assert.Equal("", Platform.Log(work).Text);
    }

    [Fact]
    public async Task that_is_unknown_here_is_answered_and_never_starts()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("echo ran");

        await agent.StopAsync(work);
        var exited = await agent.Reports.ExitedAsync(work.JobId);
        await agent.StartAsync(work);
        await WaitFor.ConditionAsync(
            "the same report again",
            () => Task.FromResult(agent.Reports.Exited.Count(again => again.ReportId == exited.ReportId) > 1)
        );

        Assert.Equal((EndReasons.Cancelled, (int?)null), (exited.Reason, exited.ExitCode));
        Assert.Empty(agent.Reports.Started);
        Assert.Equal("", Platform.Log(work).Text);
    }

    [Fact]
    public async Task that_has_ended_changes_nothing()
    {
        await using var agent = await StartAgentAsync();
        agent.Reports.Records = false;
        var work = Shell("echo done");
        await agent.StartAsync(work);
        await agent.Reports.ExitedAsync(work.JobId);

        await agent.StopAsync(work);

        await WaitFor.ConditionAsync("the report again", () => Task.FromResult(agent.Reports.Exited.Count > 2));
        Assert.All(
            agent.Reports.Exited,
            exited => Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode))
        );
    }

    [Fact]
    [Trait("check", "JOB-03")]
    public async Task that_is_fenced_off_removes_it_and_reports_nothing()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell(
            "echo x > outputs/x; echo ready; while :; do sleep 0.05; done",
            work => work with { Outputs = [new JobOutput { Path = "outputs", Artifact = "kept" }] }
        );
        await RunAsync(agent, work);

        await agent.StopAsync(work, StopProcess.Fenced);

        await agent.ClosedAsync(work);
        await WaitFor.ConditionAsync(
            "its processes and its folder to be removed",
            () => Task.FromResult(ProcessesOf(work).Count == 0 && !Directory.Exists(agent.Folder(work).Work))
        );
        Assert.Empty(agent.Reports.Exited);
        Assert.Empty(Platform.Versions("kept"));
        Assert.False(Platform.Log(work).IsComplete);
    }

    [Fact]
    [Trait("check", "JOB-03")]
    public async Task happens_to_an_attempt_when_a_later_one_arrives_and_an_earlier_one_is_refused()
    {
        await using var agent = await StartAgentAsync();
        var second = Shell("echo second; while :; do sleep 0.05; done", work => work with { Attempt = 2 });
        var first = AddWork(second with { Attempt = 1 });
        var third = AddWork(second with { Attempt = 3, Command = ["echo", "third"] });
        await agent.StartAsync(second);
        await LogContainsAsync(second, "second");

        await agent.StartAsync(first);
        await agent.StartAsync(third);

        var exited = await agent.Reports.ExitedAsync(third.JobId, attempt: 3);
        Assert.Equal((EndReasons.ExitCode, 0), (exited.Reason, exited.ExitCode));
        Assert.Single(agent.Reports.Exited.Select(report => report.Attempt).Distinct());
        Assert.Equal("", Platform.Log(first).Text);
        await WaitFor.ConditionAsync("no process to be left", () => Task.FromResult(ProcessesOf(second).Count == 0));
    }

    [Fact]
    public async Task happens_when_its_time_limit_is_reached()
    {
        await using var agent = await StartAgentAsync();
        var work = Shell("echo ready; sleep 300", work => work with { TimeoutSeconds = 1 });

        await agent.StartAsync(work);

        Assert.Equal(EndReasons.TimedOut, (await agent.Reports.ExitedAsync(work.JobId)).Reason);
    }

    [Fact]
    public async Task happens_when_it_takes_more_disk_than_the_node_allows()
    {
        await using var agent = await StartAgentAsync(("MaxDiskMiB", "1"));
        var work = Shell("head -c 3000000 /dev/zero > big; echo ready; sleep 300");

        await agent.StartAsync(work);

        var exited = await agent.Reports.ExitedAsync(work.JobId);
        Assert.Equal(EndReasons.DiskFull, exited.Reason);
        Assert.Contains("1 MiB", exited.Detail, StringComparison.Ordinal);
    }

    private async Task RunAsync(TestAgent agent, AttemptWork work)
    {
        await agent.StartAsync(work);
        await agent.Reports.StartedAsync(work.JobId);
        await LogContainsAsync(work, "ready");
    }
}
