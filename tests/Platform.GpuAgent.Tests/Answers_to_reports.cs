using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.GpuAgent.Journal;
using Platform.GpuAgent.Tests.Harness;

namespace Platform.GpuAgent.Tests;

[Trait("suite", "integration")]
public sealed class Answers_to_reports : AgentTest
{
    [Fact]
    public async Task close_the_attempt_that_they_name_and_no_other()
    {
        await using var agent = await StartAgentAsync();
        var (one, report) = await ReportedAsync(agent);
        var (other, _) = await ReportedAsync(agent);

        agent.Attempts.RecordReport(report with { JobId = other.JobId });
        Assert.Equal(
            [AttemptPhase.Reporting, AttemptPhase.Reporting],
            [agent.Entry(one).Phase, agent.Entry(other).Phase]
        );

        agent.Attempts.RecordReport(report);
        await agent.ClosedAsync(one);
        Assert.Equal([AttemptPhase.Done, AttemptPhase.Reporting], [agent.Entry(one).Phase, agent.Entry(other).Phase]);
    }

    [Fact]
    public async Task of_services_that_name_no_attempt_close_the_one_whose_report_it_was()
    {
        await using var agent = await StartAgentAsync();
        var (one, report) = await ReportedAsync(agent);
        var (other, _) = await ReportedAsync(agent);

        agent.Attempts.RecordReport(report with { JobId = null, Attempt = null });

        await agent.ClosedAsync(one);
        Assert.Equal([AttemptPhase.Done, AttemptPhase.Reporting], [agent.Entry(one).Phase, agent.Entry(other).Phase]);
    }

    [Fact]
    public async Task for_attempts_that_are_unknown_here_change_nothing()
    {
        await using var agent = await StartAgentAsync();
        var (one, report) = await ReportedAsync(agent);

        agent.Attempts.RecordReport(report with { Attempt = 7 });

        Assert.Equal(AttemptPhase.Reporting, agent.Entry(one).Phase);
    }

    /// <summary>An attempt whose last report is not recorded yet, and the answer to it.</summary>
    private async Task<(AttemptWork Work, ReportRecorded Answer)> ReportedAsync(TestAgent agent)
    {
        agent.Reports.Records = false;
        var work = Shell("true");
        await agent.StartAsync(work);
        var started = await agent.Reports.StartedAsync(work.JobId);
        agent.Attempts.RecordReport(AnswerTo(agent, work, started.ReportId));
        var exited = await agent.Reports.ExitedAsync(work.JobId);
        return (work, AnswerTo(agent, work, exited.ReportId));
    }

    private static ReportRecorded AnswerTo(TestAgent agent, AttemptWork work, Guid report) =>
        new()
        {
            NodeId = agent.NodeId,
            ReportId = report,
            JobId = work.JobId,
            Attempt = work.Attempt,
        };
}
