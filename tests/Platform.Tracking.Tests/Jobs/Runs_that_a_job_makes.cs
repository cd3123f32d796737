using System.Net;
using System.Text.Json.Nodes;
using Platform.Contracts.Jobs;
using Platform.ServiceDefaults;
using Platform.Tracking.Tests.Mlflow;

namespace Platform.Tracking.Tests.Jobs;

[Trait("suite", "integration")]
public sealed class Runs_that_a_job_makes(TrackingHost host) : IClassFixture<TrackingHost>
{
    private readonly Guid _job = Guid.CreateVersion7();
    private readonly Guid _run = Guid.CreateVersion7();

    private Caller Process => Caller.Job(_job, 1);

    [Fact]
    public async Task are_part_of_runs_of_the_job_only()
    {
        await SubmitAsync();
        var refused = await CreateAsync(await host.CreateRunAsync(), HttpStatusCode.Forbidden);
        Assert.Equal("run.foreign-parent", (string?)refused["code"]);

        var made = await CreateAsync($"{_run}", HttpStatusCode.Created);

        Assert.Equal($"{_run}", (string?)made["parentId"]);
        Assert.Equal(_job, (Guid?)made["jobId"]);
    }

    [Fact]
    public async Task may_come_before_the_run_that_they_are_part_of()
    {
        await SubmitAsync();
        await CreateAsync(parent: $"{Guid.CreateVersion7()}", HttpStatusCode.Created);
    }

    [Fact]
    public async Task are_in_the_job_s_project()
    {
        await SubmitAsync();
        Assert.Equal("of/job", (string?)(await CreateAsync(parent: null, HttpStatusCode.Created))["project"]);
    }

    [Fact]
    public async Task by_a_client_of_MLflow_are_in_the_experiment_of_the_job()
    {
        await SubmitAsync();
        var own = (await host.AskAsync("/experiments/get-by-name?experiment_name=of/job"))["experiment"]!
            ["experiment_id"]
            .Text();
        var other = await host.ExperimentAsync($"other {_job}");

        var refused = await CreateAsync(other, parent: null, HttpStatusCode.Forbidden);
        Assert.Equal("PERMISSION_DENIED", refused.Code());
        await CreateAsync(own, parent: await host.CreateRunAsync(), HttpStatusCode.Forbidden);
        await CreateAsync(own, parent: $"{_run}", HttpStatusCode.OK);

        Task<JsonNode> CreateAsync(string experiment, string? parent, HttpStatusCode expected) =>
            host.PostAsync(
                "/runs/create",
                new
                {
                    experiment_id = experiment,
                    tags = parent is null ? [] : new[] { new { key = "mlflow.parentRunId", value = parent } },
                },
                expected,
                Process
            );
    }

    [Fact]
    public async Task are_refused_once_the_job_is_over_with_the_word_that_it_is()
    {
        await SubmitAsync();
        await host.PublishAsync(
            new JobEndedMessage
            {
                JobId = _job,
                RunId = _run,
                Attempt = 1,
                Status = "cancelled",
                Reason = EndReasons.ExitCode,
                EndedAt = DateTimeOffset.UnixEpoch,
            }
        );

        var refused = await CreateAsync(parent: null, HttpStatusCode.Conflict);

        Assert.Equal("run.job-over", (string?)refused["code"]);
        Assert.Equal("/problems/run.attempt-fenced", (string?)refused["type"]);
        var mlflow = await host.PostAsync("/runs/create", new { }, HttpStatusCode.Forbidden, Process);
        Assert.StartsWith("The job is over", mlflow["message"].Text(), StringComparison.Ordinal);
    }

    private Task SubmitAsync() =>
        host.PublishAsync(
            new JobSubmittedMessage
            {
                JobId = _job,
                RunId = _run,
                Name = "digits",
                Project = "of/job",
                Resources = new Resources
                {
                    Gpus = 0,
                    Cpus = 1,
                    MemoryMiB = 512,
                },
                Labels = new Dictionary<string, string>(StringComparer.Ordinal),
                Priority = 50,
                SubmittedAt = DateTimeOffset.UnixEpoch,
            }
        );

    private Task<JsonNode> CreateAsync(string? parent, HttpStatusCode expected) =>
        host.SendAsync(
            HttpMethod.Post,
            "/api/runs",
            new { project = "other", parentId = parent },
            expected,
            caller: Process
        );
}
