using System.Net;
using System.Text.Json.Nodes;
using Platform.Contracts.Jobs;
using Platform.ServiceDefaults;

namespace Platform.Tracking.Tests.Jobs;

[Trait("suite", "integration")]
public sealed class A_job_and_its_run(TrackingHost host) : IClassFixture<TrackingHost>
{
    private static readonly DateTimeOffset _start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task have_the_same_life_cycle()
    {
        var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await host.PublishAsync(Submitted(job, run));
        Assert.Equal("scheduled", await StatusAsync(run));
        await host.PublishAsync(Running(job, run, 1));
        Assert.Equal("running", await StatusAsync(run));
        await host.PublishAsync(Ended(job, run, 1, "succeeded"));

        var list = await host.GetAsync($"/api/runs?jobId={job}");
        Assert.Equal(1, list["total"]!.GetValue<int>());
        var found = list["items"]![0]!;
        Assert.Equal(run, found["id"]!.GetValue<Guid>());
        Assert.Equal("demo/digits", found["project"]!.GetValue<string>());
        Assert.Equal("digits", found["name"]!.GetValue<string>());
        Assert.Equal("finished", found["status"]!.GetValue<string>());
        Assert.Equal(_start.AddMinutes(1), found["startedAt"]!.GetValue<DateTimeOffset>());
        Assert.Equal(_start.AddMinutes(5), found["endedAt"]!.GetValue<DateTimeOffset>());
    }

    [Theory]
    [InlineData("succeeded", "finished")]
    [InlineData("failed", "failed")]
    [InlineData("cancelled", "interrupted")]
    public async Task end_alike_when_messages_are_shuffled_and_duplicated(string jobStatus, string runStatus)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());
            object[] messages = [Submitted(job, run), Running(job, run, 1), Ended(job, run, 1, jobStatus)];
            object[] shuffled = [.. messages, .. messages, .. messages];
            new Random(seed).Shuffle(shuffled);

            await host.PublishAsync(shuffled);

            var found = await host.GetAsync($"/api/runs/{run}");
            Assert.Equal(runStatus, found["status"]!.GetValue<string>());
            Assert.Equal("demo/digits", found["project"]!.GetValue<string>());
            Assert.Equal("digits", found["name"]!.GetValue<string>());
            Assert.Equal(job, found["jobId"]!.GetValue<Guid>());
        }
    }

    [Fact]
    public async Task end_no_earlier_than_they_start_although_release_0_1_0_reported_it()
    {
        var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await host.PublishAsync(Submitted(job, run));
        await host.PublishAsync(Running(job, run, 1));
        await host.PublishAsync(Ended(job, run, 1, "succeeded") with { EndedAt = _start });

        var found = await host.GetAsync($"/api/runs/{run}");
        Assert.Equal("finished", found["status"]!.GetValue<string>());
        Assert.Equal(_start.AddMinutes(1), found["endedAt"]!.GetValue<DateTimeOffset>());
    }

    [Fact]
    public async Task end_together_with_the_runs_that_the_training_left_open()
    {
        var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.PublishAsync(Submitted(job, run), Running(job, run, 1));
        var (open, ended) = (await ChildAsync(), await ChildAsync());
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{ended}/finish", new { }, HttpStatusCode.OK);

        await host.PublishAsync(Ended(job, run, 1, "cancelled"));

        Assert.Equal("interrupted", await StatusAsync(open));
        Assert.Equal("finished", await StatusAsync(ended));

        async Task<Guid> ChildAsync() =>
            (
                await host.SendAsync(
                    HttpMethod.Post,
                    "/api/runs",
                    new
                    {
                        project = "demo",
                        jobId = job,
                        parentId = run,
                    },
                    HttpStatusCode.Created
                )
            )["id"]!.GetValue<Guid>();
    }

    [Fact]
    public async Task keep_the_end_that_the_training_reported()
    {
        var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.SendAsync(
            HttpMethod.Put,
            $"/api/runs/{run}",
            new
            {
                project = "demo/digits",
                name = "own name",
                jobId = job,
            },
            HttpStatusCode.Created
        );
        await host.LogAsync(
            $"{run}",
            new
            {
                key = "loss",
                step = 1,
                value = 0.5,
            }
        );
        await host.SendAsync(HttpMethod.Post, $"/api/runs/{run}/finish", new { status = "failed" }, HttpStatusCode.OK);

        await host.PublishAsync(Submitted(job, run), Running(job, run, 1), Ended(job, run, 1, "succeeded"));

        var found = await host.GetAsync($"/api/runs/{run}");
        Assert.Equal("failed", found["status"]!.GetValue<string>());
        Assert.Equal("own name", found["name"]!.GetValue<string>());
        Assert.Equal(1, (await host.GetAsync($"/api/runs?jobId={job}"))["total"]!.GetValue<int>());
    }

    [Fact]
    [Trait("check", "JOB-03")]
    public async Task refuse_an_attempt_once_a_later_one_has_started()
    {
        var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.PublishAsync(Submitted(job, run), Running(job, run, 1));
        await LogAsync(run, Caller.Job(job, 1), step: 1, HttpStatusCode.OK);

        await host.PublishAsync(Running(job, run, 2));

        var refused = await LogAsync(run, Caller.Job(job, 1), step: 2, HttpStatusCode.Conflict);
        Assert.Equal("/problems/run.attempt-fenced", refused["type"]!.GetValue<string>());
        await host.SendAsync(
            HttpMethod.Patch,
            $"/api/runs/{run}",
            new { summary = new { best = 1 } },
            HttpStatusCode.Conflict,
            caller: Caller.Job(job, 1)
        );
        await LogAsync(run, Caller.Job(job, 2), step: 3, HttpStatusCode.OK);
        // Nobody's process: a person, or an agent that brings what a process left behind.
        await LogAsync(run, SignedIn.Administrator, step: 4, HttpStatusCode.OK);
        await host.PublishAsync(Ended(job, run, 3, "cancelled"));
        await LogAsync(run, Caller.Job(job, 2), step: 5, HttpStatusCode.Conflict);
        var series = (await host.GetAsync($"/api/runs/{run}/metrics?keys=loss"))["series"]![0]!;
        Assert.Equal("[1,3,4]", series["steps"]!.ToJsonString());
    }

    [Fact]
    [Trait("check", "JOB-03")]
    public async Task refuse_an_earlier_attempt_once_a_later_one_logs_before_its_start_is_known()
    {
        var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.PublishAsync(Submitted(job, run), Running(job, run, 1));
        await LogAsync(run, Caller.Job(job, 1), step: 1, HttpStatusCode.OK);
        await LogAsync(run, Caller.Job(job, 1), step: 2, HttpStatusCode.OK);

        await LogAsync(run, Caller.Job(job, 2), step: 2, HttpStatusCode.OK);

        await LogAsync(run, Caller.Job(job, 1), step: 3, HttpStatusCode.Conflict);
        await LogAsync(run, SignedIn.Administrator, step: 4, HttpStatusCode.OK);
        await LogAsync(run, Caller.Job(job, 2), step: 5, HttpStatusCode.OK);
        var series = (await host.GetAsync($"/api/runs/{run}/metrics?keys=loss"))["series"]![0]!;
        Assert.Equal("[1,2,2,4,5]", series["steps"]!.ToJsonString());
    }

    [Fact]
    public async Task let_in_the_ranks_that_the_attempt_has()
    {
        var (job, run, node, other) = (
            Guid.CreateVersion7(),
            Guid.CreateVersion7(),
            Guid.CreateVersion7(),
            Guid.CreateVersion7()
        );
        await host.PublishAsync(Submitted(job, run), Placed(job, other, node), Running(job, run, 1));

        await LogAsync(run, Caller.Job(job, 1, rank: 0), step: 1, HttpStatusCode.OK);
        await LogAsync(run, Caller.Job(job, 1, rank: 1), step: 2, HttpStatusCode.OK);
        await LogAsync(run, Caller.Job(job, 1, rank: 2), step: 3, HttpStatusCode.Conflict);
        await LogAsync(run, Caller.Node(node), step: 4, HttpStatusCode.OK);
        await LogAsync(run, Caller.Node(Guid.CreateVersion7()), step: 5, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task end_with_rank_0_and_not_with_another()
    {
        var (job, run) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.PublishAsync(Submitted(job, run), Running(job, run, 1));

        await FinishAsync(run, Caller.Job(job, 1, rank: 1));
        Assert.Equal("running", await StatusAsync(run));

        await FinishAsync(run, Caller.Job(job, 1, rank: 0));
        Assert.Equal("finished", await StatusAsync(run));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task leave_runs_of_others_alone_whatever_id_a_process_gives(bool ofOtherJob)
    {
        var (job, other, foreign) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new
            {
                project = "secret",
                id = foreign,
                jobId = ofOtherJob ? other : (Guid?)null,
            },
            HttpStatusCode.Created
        );
        await host.PublishAsync(Submitted(job, Guid.CreateVersion7()), Running(job, Guid.CreateVersion7(), 1));

        var taken = new { project = "demo", id = foreign };
        var refused = await host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            taken,
            HttpStatusCode.Forbidden,
            caller: Caller.Job(job, 1)
        );

        Assert.Equal("/problems/run.foreign-run", refused["type"]!.GetValue<string>());
        var kept = await host.GetAsync($"/api/runs/{foreign}");
        Assert.Equal(ofOtherJob ? other : null, kept["jobId"]?.GetValue<Guid>());
    }

    private Task<JsonNode> FinishAsync(Guid run, Caller caller) =>
        host.SendAsync(
            HttpMethod.Post,
            $"/api/runs/{run}/finish",
            new { status = "finished", attempt = 1 },
            HttpStatusCode.OK,
            caller: caller
        );

    /// <summary>The nodes of the ranks, whose order in a message does not matter.</summary>
    private static JobPlacedMessage Placed(Guid job, params IReadOnlyList<Guid> nodes) =>
        new()
        {
            JobId = job,
            Attempt = 1,
            Nodes =
            [
                .. nodes
                    .Select(
                        (node, rank) =>
                            new PlacedNode
                            {
                                NodeId = node,
                                NodeName = $"lab{rank}",
                                Gpus = [],
                                Rank = rank,
                            }
                    )
                    .Reverse(),
            ],
        };

    private Task<JsonNode> LogAsync(Guid run, Caller caller, int step, HttpStatusCode expected) =>
        host.SendAsync(
            HttpMethod.Post,
            $"/api/runs/{run}/metrics",
            new
            {
                points = new[]
                {
                    new
                    {
                        key = "loss",
                        step,
                        value = 0.5,
                    },
                },
            },
            expected,
            caller: caller
        );

    private async Task<string> StatusAsync(Guid run) =>
        (await host.GetAsync($"/api/runs/{run}"))["status"]!.GetValue<string>();

    private static JobSubmittedMessage Submitted(Guid job, Guid run) =>
        new()
        {
            JobId = job,
            RunId = run,
            Name = "digits",
            Project = "demo/digits",
            Resources = new Resources
            {
                Gpus = 0,
                Cpus = 1,
                MemoryMiB = 512,
            },
            Labels = new Dictionary<string, string>(StringComparer.Ordinal),
            Priority = 50,
            SubmittedAt = _start,
        };

    private static JobStartedMessage Running(Guid job, Guid run, int attempt) =>
        new()
        {
            JobId = job,
            RunId = run,
            Attempt = attempt,
            StartedAt = _start.AddMinutes(attempt),
        };

    private static JobEndedMessage Ended(Guid job, Guid run, int attempt, string status) =>
        new()
        {
            JobId = job,
            RunId = run,
            Attempt = attempt,
            Status = status,
            Reason = EndReasons.ExitCode,
            EndedAt = _start.AddMinutes(attempt + 4),
        };
}
