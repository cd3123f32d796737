using Platform.Contracts.Agents;
using Platform.Contracts.Nodes;

namespace Platform.Jobs.Tests.Integration;

/// <summary>No message is lost, so none has to be sent again.</summary>
[Trait("suite", "integration")]
public sealed class The_life_of_a_job_without_lost_messages : WithJobsHost
{
    private protected override (string Key, string Value)[] Settings =>
        [("Jobs:FirstWait", "00:10:00"), ("Jobs:LongestWait", "00:10:00")];

    [Fact]
    [Trait("check", "JOB-02")]
    public async Task goes_from_submission_to_success_with_its_history_in_order()
    {
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");
        await Cluster.ExitAsync(id);
        var job = await Host.WaitForAsync(id, "succeeded");
        await Host.WaitForSagaAsync(id, "Settled");

        Assert.Equal(0, job["exitCode"]!.GetValue<int>());
        Assert.Equal("exit_code", job["reason"]!.GetValue<string>());
        Assert.Equal(TestCluster.NodeId, job["nodes"]![0]!["nodeId"]!.GetValue<Guid>());
        Assert.True(job["submittedAt"]!.GetValue<DateTime>() <= job["startedAt"]!.GetValue<DateTime>());
        Assert.True(job["startedAt"]!.GetValue<DateTime>() <= job["endedAt"]!.GetValue<DateTime>());
        Assert.Equal(
            ["job_submitted", "job_queued", "job_placed", "job_started", "job_succeeded"],
            await Host.HistoryAsync(id)
        );
        var start = Assert.Single(Cluster.All<StartProcess>());
        Assert.Equal((id, 1, 1d, 512), (start.JobId, start.Attempt, start.Cpus, start.MemoryMiB));
        Assert.Equal((id, 1), Assert.Single(Cluster.All<ReleasePlacement>().Select(r => (r.JobId, r.Attempt))));
        await WaitFor.ConditionAsync(
            "an answer to each report",
            () => Task.FromResult(Cluster.All<ReportRecorded>().Count() == 2)
        );
    }
}
