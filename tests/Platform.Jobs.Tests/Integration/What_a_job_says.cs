using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.Contracts.Sentences;

namespace Platform.Jobs.Tests.Integration;

/// <summary>Beside each English sentence about a job lies its code, except for those of release 0.1.0.</summary>
[Trait("suite", "integration")]
public sealed class What_a_job_says : WithJobsHost
{
    private static readonly SentenceCode _tooLarge = Code("placement.too-many-gpus", ("gpus", "64"), ("largest", "2"));
    private static readonly SentenceCode _timedOut = Code("ending.timed-out", ("seconds", "4"));

    [Fact]
    public async Task of_its_waiting_changes_with_the_reason()
    {
        Cluster.OnRequest = request => Waiting(request.JobId, "needs 64 GPUs; the largest node has 2", _tooLarge);
        var id = await Host.SubmitAsync();
        await WaitsAsync(id, _tooLarge);
        var listed = (await Host.GetAsync("/api/jobs"))["items"]![0]!;
        Assert.Equal(_tooLarge, CodeIn(listed["reasonCode"]));
        var queued = (await Host.GetAsync($"/api/jobs/{id}/events"))["items"]![1]!;
        Assert.Equal(_tooLarge, CodeIn(queued["data"]!["reasonCode"]));

        await Cluster.PublishAsync(Waiting(id, "as nodes of release 0.1.0 say it", code: null));
        Assert.Equal("as nodes of release 0.1.0 say it", (string?)(await WaitsAsync(id, code: null))["reason"]);

        var offline = Code("placement.no-node-online");
        await Cluster.PublishAsync(
            new PlacementReasonChangedMessage
            {
                Reason = "no node is online",
                ReasonCode = offline,
                Waiting = [new() { JobId = id, Attempt = 1 }],
            }
        );
        await WaitsAsync(id, offline);

        await Cluster.PublishAsync(TestCluster.Grant(id, 1));
        var running = await Host.WaitForAsync(id, "running");
        Assert.Null(running["reasonCode"]);
    }

    [Fact]
    public async Task of_its_end_is_what_the_agent_said()
    {
        var ids = new List<Guid>();
        foreach (var code in (SentenceCode?[])[_timedOut, null, Code("ending.program-missing", ("program", "a\0b"))])
        {
            ids.Add(await Host.SubmitAsync());
            await Host.WaitForAsync(ids[^1], "running");
            await Cluster.PublishAsync(
                TestCluster.Exited(ids[^1], 1, EndReasons.CouldNotStart) with
                {
                    Detail = "In English.",
                    DetailCode = code,
                }
            );
            await Host.WaitForAsync(ids[^1], "failed");
        }

        await SaysAsync();
        await Host.Store.RebuildAsync("job_summary:v1");
        await SaysAsync();

        async Task SaysAsync()
        {
            var jobs = new List<JsonNode>();
            foreach (var id in ids)
            {
                jobs.Add(await Host.JobAsync(id));
            }

            Assert.All(jobs, job => Assert.Equal("In English.", (string?)job["detail"]));
            Assert.Equal(_timedOut, CodeIn(jobs[0]["detailCode"]));
            Assert.Null(jobs[1]["detailCode"]);
            Assert.Equal("a\uFFFDb", (string?)jobs[2]["detailCode"]!["args"]!["program"]);
            Assert.All(jobs, job => Assert.Null(job["reasonCode"]));
        }
    }

    [Fact]
    public async Task of_one_of_its_processes_is_part_of_what_it_says()
    {
        Cluster.OnRequest = request => TestCluster.Grant(request.JobId, request.Attempt, ranks: 2);
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");
        await Cluster.PublishAsync(
            TestCluster.Exited(id, 1, EndReasons.Killed, rank: 1) with
            {
                Detail = "It ran longer than 4 s.",
                DetailCode = _timedOut,
            }
        );

        var job = await Host.WaitForAsync(id, "failed");

        Assert.Equal("rank 1: It ran longer than 4 s.", (string?)job["detail"]);
        Assert.Equal("job.of-rank", (string?)job["detailCode"]!["code"]);
        Assert.Equal(_timedOut, CodeIn(job["detailCode"]!["parts"]!["detail"]));
        Assert.Equal(_timedOut, CodeIn(job["ranks"]![1]!["detailCode"]));
    }

    [Fact]
    public async Task of_a_retry_names_what_failed()
    {
        var id = await Host.SubmitAsync(JobsHost.Job(maxAttempts: 2, backoffSeconds: 5));
        await Host.WaitForAsync(id, "running");
        Cluster.OnRequest = _ => null;
        await Cluster.ExitAsync(id, exitCode: 3);

        var job = await Host.WaitForAsync(id, "queued", attempt: 2);

        Assert.Equal("attempt 1 failed (exit code 3); next try 5 s later", (string?)job["reason"]);
        Assert.Equal(
            Code("job.attempt-failed-with-exit-code", ("attempt", "1"), ("exitCode", "3"), ("seconds", "5")),
            CodeIn(job["reasonCode"])
        );
    }

    [Fact]
    public async Task when_it_is_refused_is_said_of_each_field_and_of_each_command()
    {
        using var refused = await Host.Http.PostAsJsonAsync("/api/jobs", new { name = "", priority = 101 });
        var problem = (await refused.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal("/problems/validation", (string?)problem["type"]);
        Assert.Equal(
            ["command", "name", "priority"],
            problem["errorCodes"]!.AsObject().Select(field => field.Key).Order()
        );
        Assert.Equal(
            """[{"detail":"Must be between 0 and 100.","code":"job.between","args":{"from":"0","to":"100"}}]""",
            problem["errorCodes"]!["priority"]!.ToJsonString()
        );
        Assert.Equal("""["Must be between 0 and 100."]""", problem["errors"]!["priority"]!.ToJsonString());

        using var check = await Host.Http.PostAsJsonAsync("/api/jobs/check", new { name = "", priority = 101 });
        var checkedJob = (await check.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(problem["errorCodes"]!.ToJsonString(), checkedJob["errorCodes"]!.ToJsonString());

        var id = await Host.SubmitAsync();
        using var retry = await Host.Http.PostAsync($"/api/jobs/{id}/retry", null);
        problem = (await retry.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal("/problems/job.invalid-transition", (string?)problem["type"]);
        Assert.Equal("job.cannot-be-retried", (string?)problem["code"]);
        Assert.NotNull(problem["args"]!["status"]);

        using var missing = await Host.Http.GetAsync($"/api/jobs/{Guid.Empty}");
        problem = (await missing.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal("job.not-found", (string?)problem["code"]);
        Assert.Equal($"{Guid.Empty}", (string?)problem["args"]!["id"]);
    }

    private Task<JsonNode> WaitsAsync(Guid id, SentenceCode? code) =>
        WaitFor.ValueAsync(
            $"it to wait for '{code?.Code}'",
            () => Host.JobAsync(id),
            job =>
                (string?)job["status"] == "queued"
                && job["reason"] is not null
                && Equals(CodeIn(job["reasonCode"]), code)
        );

    private static PlacementWaitingMessage Waiting(Guid jobId, string reason, SentenceCode? code) =>
        new()
        {
            JobId = jobId,
            Attempt = 1,
            Reason = reason,
            ReasonCode = code,
        };

    private static SentenceCode Code(string code, params (string Name, string Value)[] args) =>
        new()
        {
            Code = code,
            Args =
                args.Length == 0 ? null : args.ToDictionary(arg => arg.Name, arg => arg.Value, StringComparer.Ordinal),
        };

    private static SentenceCode? CodeIn(JsonNode? node) =>
        node is null ? null : SentenceCode.FromJson(System.Text.Encoding.UTF8.GetBytes(node.ToJsonString()));
}
