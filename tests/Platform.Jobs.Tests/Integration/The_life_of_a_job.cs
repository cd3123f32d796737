using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class The_life_of_a_job : WithJobsHost
{
    [Fact]
    [Trait("check", "JOB-02")]
    public async Task waits_in_the_queue_with_the_current_reason()
    {
        const string TooLarge = "needs 64 GPUs; the largest node has 2";
        Cluster.OnRequest = request => Waiting(request.JobId, TooLarge);
        var id = await Host.SubmitAsync();
        await ReasonAsync(id, TooLarge);

        await Cluster.PublishAsync(Waiting(id, "waiting for 64 GPUs; it is next"));
        await ReasonAsync(id, "waiting for 64 GPUs; it is next");

        await Cluster.PublishAsync(
            new PlacementReasonChangedMessage
            {
                Reason = "no node is online",
                Waiting = [new() { JobId = Guid.CreateVersion7(), Attempt = 1 }, new() { JobId = id, Attempt = 1 }],
            }
        );
        await ReasonAsync(id, "no node is online");
        Assert.Equal(["job_submitted", "job_queued"], await Host.HistoryAsync(id));

        await Cluster.PublishAsync(TestCluster.Grant(id, 1));
        var running = await Host.WaitForAsync(id, "running");
        Assert.Null(running["reason"]);
    }

    [Fact]
    public async Task retries_after_the_back_off()
    {
        var id = await Host.SubmitAsync(JobsHost.Job(maxAttempts: 2, backoffSeconds: 1));
        await Host.WaitForAsync(id, "running");
        await Cluster.ExitAsync(id, exitCode: 3);
        await Host.WaitForAsync(id, "running", attempt: 2);

        var second = Cluster.All<RequestPlacement>().First(request => request.Attempt == 2);
        var first = Cluster.All<RequestPlacement>().First();
        Assert.True(second.NotBefore >= first.NotBefore + TimeSpan.FromSeconds(1), $"{second} after {first}");
        Assert.Equal((first.Resources, first.Priority), (second.Resources, second.Priority));

        await Cluster.ExitAsync(id, attempt: 2, exitCode: 4);
        var job = await Host.WaitForAsync(id, "failed", attempt: 2);
        Assert.Equal(4, job["exitCode"]!.GetValue<int>());
        Assert.Equal(
            [
                "job_submitted",
                "job_queued",
                "job_placed",
                "job_started",
                "attempt_failed",
                "job_queued",
                "job_placed",
                "job_started",
                "attempt_failed",
                "job_failed",
            ],
            await Host.HistoryAsync(id)
        );
    }

    [Fact]
    public async Task returns_to_the_queue_when_its_node_is_lost()
    {
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");
        await Cluster.PublishAsync(TestCluster.Lost(id, 1));
        await Host.WaitForAsync(id, "running", attempt: 2);

        // The lost node returns and reports the end of a fenced attempt.
        var late = TestCluster.Exited(id, 1, EndReasons.ExitCode, 0);
        await Cluster.PublishAsync(late);
        await WaitFor.ConditionAsync(
            "the late report to be answered",
            () => Task.FromResult(Cluster.All<ReportRecorded>().Any(answer => answer.ReportId == late.ReportId))
        );
        Assert.Equal("running", (await Host.JobAsync(id))["status"]!.GetValue<string>());

        await Cluster.ExitAsync(id, attempt: 2);
        await Host.WaitForAsync(id, "succeeded", attempt: 2);
        Assert.Single(await Host.HistoryAsync(id), type => type == "job_succeeded");
    }

    [Fact]
    public async Task detects_a_lost_node_even_when_no_message_arrives()
    {
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");

        Cluster.OnConfirm = confirm =>
            confirm.Attempt == 1
                ? TestCluster.Lost(confirm.JobId, 1)
                : TestCluster.Grant(confirm.JobId, confirm.Attempt);

        await Host.WaitForAsync(id, "running", attempt: 2);
    }

    [Fact]
    public async Task is_stopped_at_its_time_limit_and_not_retried()
    {
        var id = await Host.SubmitAsync(JobsHost.Job(maxAttempts: 3, timeoutSeconds: 1));
        var job = await Host.WaitForAsync(id, "failed");

        Assert.Equal("timed_out", job["reason"]!.GetValue<string>());
        Assert.Equal("timed_out", Cluster.All<StopProcess>().First().Reason);
        Assert.Contains("stop_requested", await Host.HistoryAsync(id));
    }

    [Fact]
    public async Task survives_lost_commands()
    {
        // Each command is answered only after it has arrived three times.
        Cluster.OnRequest = r =>
            ThirdTime<RequestPlacement>(x => x.JobId == r.JobId) ? TestCluster.Grant(r.JobId, r.Attempt) : null;
        Cluster.OnStart = s =>
            ThirdTime<StartProcess>(x => x.JobId == s.JobId) ? TestCluster.Started(s.JobId, s.Attempt) : null;
        Cluster.OnRelease = r =>
            ThirdTime<ReleasePlacement>(x => x.JobId == r.JobId)
                ? new PlacementReleasedMessage { JobId = r.JobId, Attempt = r.Attempt }
                : null;
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");
        await Cluster.ExitAsync(id);
        await Host.WaitForAsync(id, "succeeded");
        await Host.WaitForSagaAsync(id, "Settled");

        bool ThirdTime<T>(Func<T, bool> match) => Cluster.All<T>().Count(match) >= 3;
    }

    [Fact]
    public async Task releases_a_lease_that_was_granted_too_late()
    {
        Cluster.OnRequest = _ => null;
        var id = await Host.SubmitAsync();
        await Host.Http.PostAsync($"/api/jobs/{id}/cancel", null);
        await Host.WaitForSagaAsync(id, "Settled");
        var before = Cluster.All<ReleasePlacement>().Count();

        await Cluster.PublishAsync(TestCluster.Grant(id, 1));

        await WaitFor.ConditionAsync(
            "the lease to be released",
            () => Task.FromResult(Cluster.All<ReleasePlacement>().Count() > before)
        );
        Assert.Equal("cancelled", (await Host.JobAsync(id))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task answers_reports_about_unknown_jobs()
    {
        var unknown = TestCluster.Exited(Guid.CreateVersion7(), 1, EndReasons.ExitCode, 0);
        await Cluster.PublishAsync(unknown);

        await WaitFor.ConditionAsync(
            "the answer",
            () => Task.FromResult(Cluster.All<ReportRecorded>().Any(answer => answer.ReportId == unknown.ReportId))
        );
    }

    [Fact]
    public async Task gives_its_work_to_the_agent_only_while_the_attempt_is_placed()
    {
        Cluster.OnRequest = _ => null;
        var id = await Host.SubmitAsync(
            new
            {
                name = "with files",
                command = new[] { "python3", "train.py" },
                files = new Dictionary<string, string> { ["train.py"] = "print('hä')\n", ["lib/net.py"] = "" },
                inputs = new[] { new { artifact = "optdigits:latest", path = "inputs/digits" } },
                env = new Dictionary<string, string> { ["LR"] = "0.1" },
                timeoutSeconds = 60,
            }
        );
        using var early = await GetWorkAsync(id, 1);
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);

        await Cluster.PublishAsync(TestCluster.Grant(id, 1));
        await Host.WaitForAsync(id, "running");
        using var answer = await GetWorkAsync(id, 1);
        var work = await answer.Content.ReadFromJsonAsync<AttemptWork>();

        Assert.Equal(["python3", "train.py"], work!.Command);
        Assert.Equal("print('hä')\n", work.Files["train.py"]);
        Assert.Equal("", work.Files["lib/net.py"]);
        Assert.Equal("optdigits:latest", Assert.Single(work.Inputs).Artifact);
        Assert.Equal("0.1", work.Env["LR"]);
        Assert.Equal(60, work.TimeoutSeconds);
        Assert.StartsWith("pj_", work.Token);
        using var other = await GetWorkAsync(id, 2);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
    }

    private Task<HttpResponseMessage> GetWorkAsync(Guid id, int attempt) =>
        Host.Http.SendAsAsync(
            Caller.Node(TestCluster.NodeId),
            HttpMethod.Get,
            $"/api/jobs/{id}/attempts/{attempt}/work"
        );

    private static PlacementWaitingMessage Waiting(Guid jobId, string reason) =>
        new()
        {
            JobId = jobId,
            Attempt = 1,
            Reason = reason,
        };

    private Task<JsonNode> ReasonAsync(Guid id, string reason) =>
        WaitFor.ValueAsync(
            $"the reason '{reason}'",
            () => Host.JobAsync(id),
            job => job["status"]!.GetValue<string>() == "queued" && (string?)job["reason"] == reason
        );
}
