using System.Text.Json.Nodes;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;

namespace Platform.Jobs.Tests.Coordination;

/// <summary>A placement with three ranks: each gets its commands, and the job waits for all of them.</summary>
[Trait("suite", "integration")]
public sealed class Jobs_of_several_processes : WithJobsHost
{
    private const int Ranks = 3;

    [Fact]
    public async Task start_on_the_node_of_each_rank_and_succeed_with_the_last()
    {
        var id = await PlacedAsync();
        await Host.WaitForAsync(id, "running");
        await StartedAsync(id, Ranks);
        Assert.All(
            Cluster.All<StartProcess>().Where(start => start.JobId == id),
            start => Assert.Equal((Ranks, start.Rank), (start.WorldSize, Assert.Single(start.Gpus)))
        );

        await Cluster.ExitAsync(id, rank: 1);
        await Cluster.ExitAsync(id, rank: 0);
        await ExitedAsync(id, 2);
        Assert.Equal("running", (await Host.JobAsync(id))["status"]!.GetValue<string>());

        await Cluster.ExitAsync(id, rank: 2);
        var job = await Host.WaitForAsync(id, "succeeded");
        Assert.Equal([0, 0, 0], job["ranks"]!.AsArray().Select(rank => rank!["exitCode"]!.GetValue<int>()));
        await Host.WaitForSagaAsync(id, "Settled");
        Assert.Contains(Cluster.All<ReleasePlacement>(), release => release.JobId == id);
    }

    [Fact]
    public async Task stop_the_others_when_one_fails_and_end_as_that_one()
    {
        var id = await PlacedAsync();
        await StartedAsync(id, Ranks);

        await Cluster.ExitAsync(id, exitCode: 7, rank: 1);

        var job = await Host.WaitForAsync(id, "failed");
        Assert.Equal(("exit_code", 7), (job["reason"]!.GetValue<string>(), job["exitCode"]!.GetValue<int>()));
        Assert.Equal(
            ["peer_failed", "exit_code", "peer_failed"],
            job["ranks"]!.AsArray().Select(rank => rank!["reason"]!.GetValue<string>())
        );
        Assert.All(
            Cluster.All<StopProcess>().Where(stop => stop.JobId == id),
            stop => Assert.Equal(EndReasons.PeerFailed, stop.Reason)
        );
        await Host.WaitForSagaAsync(id, "Settled");
    }

    [Fact]
    public async Task stop_every_rank_when_they_are_cancelled()
    {
        var id = await PlacedAsync();
        await StartedAsync(id, Ranks);

        using var cancel = await Host.Http.PostAsync($"/api/jobs/{id}/cancel", null);
        cancel.EnsureSuccessStatusCode();

        await Host.WaitForAsync(id, "cancelled");
        Assert.Equal(
            [0, 1, 2],
            Cluster.All<StopProcess>().Where(stop => stop.JobId == id).Select(stop => stop.Rank).Distinct().Order()
        );
    }

    [Fact]
    public async Task send_a_lost_start_again_while_the_others_run()
    {
        var isLost = true;
        Cluster.OnStart = start =>
        {
            if (start.Rank == 2 && isLost)
            {
                isLost = false;
                return null;
            }

            return TestCluster.Started(start.JobId, start.Attempt, start.Rank);
        };

        var id = await PlacedAsync();

        await StartedAsync(id, Ranks);
        Assert.False(isLost);
    }

    [Fact]
    public async Task answer_each_report_with_its_rank()
    {
        var id = await PlacedAsync();
        var report = TestCluster.Started(id, attempt: 1, rank: 2);

        await Cluster.PublishAsync(report);

        var answer = await WaitFor.ValueAsync(
            "the report to be answered",
            () => Task.FromResult(Cluster.All<ReportRecorded>().FirstOrDefault(a => a.ReportId == report.ReportId)),
            found => found is not null
        );
        Assert.Equal((id, 1, 2), (answer!.JobId, answer.Attempt, answer.Rank));
    }

    [Fact]
    public async Task are_not_placed_on_nodes_without_a_rank_each()
    {
        Cluster.OnRequest = request =>
            TestCluster.Grant(request.JobId, request.Attempt) with
            {
                Nodes =
                [
                    .. TestCluster.Grant(request.JobId, request.Attempt, 2).Nodes.Select(n => n with { Rank = 0 }),
                ],
            };

        var id = await Host.SubmitAsync();

        await WaitFor.ConditionAsync(
            "the placement to be given back",
            () => Task.FromResult(Cluster.All<ReleasePlacement>().Any(release => release.JobId == id))
        );
        Assert.Equal("pending", (await Host.JobAsync(id))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task are_shown_as_before_when_they_have_one()
    {
        var id = await Host.SubmitAsync();
        var job = await Host.WaitForAsync(id, "running");
        await Cluster.ExitAsync(id);
        await Host.WaitForAsync(id, "succeeded");

        Assert.Null(job["ranks"]);
        Assert.Equal(
            ["job_submitted", "job_queued", "job_placed", "job_started", "job_succeeded"],
            await Host.HistoryAsync(id)
        );
    }

    private Task<Guid> PlacedAsync()
    {
        Cluster.OnRequest = request => TestCluster.Grant(request.JobId, request.Attempt, Ranks);
        return Host.SubmitAsync();
    }

    private Task<JsonNode> StartedAsync(Guid id, int count) => CountAsync(id, "startedAt", count);

    private Task<JsonNode> ExitedAsync(Guid id, int count) => CountAsync(id, "endedAt", count);

    private Task<JsonNode> CountAsync(Guid id, string time, int count) =>
        WaitFor.ValueAsync(
            $"{time} of {count} ranks of {id}",
            () => Host.JobAsync(id),
            job => job["ranks"] is JsonArray ranks && ranks.Count(rank => rank![time] is not null) == count
        );
}
