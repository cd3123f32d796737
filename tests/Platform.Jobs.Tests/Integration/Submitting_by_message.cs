using System.Net.Http.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Jobs;

namespace Platform.Jobs.Tests.Integration;

/// <summary>Another service submits jobs over the bus.</summary>
[Trait("suite", "integration")]
public sealed class Submitting_by_message(JobsFixture fixture) : IClassFixture<JobsFixture>
{
    private readonly JobsHost _host = fixture.Host;

    [Fact]
    public async Task creates_the_job_with_the_id_that_the_sender_chose()
    {
        var command = Command();

        var answer = await SubmitAsync(command);

        Assert.True(answer.Is(out Response<JobSubmissionAccepted>? accepted));
        Assert.Equal((command.JobId, true), (accepted!.Message.JobId, accepted.Message.IsNew));
        var job = await _host.WaitForAsync(command.JobId, "running");
        Assert.Equal("user:anna", job["submittedBy"]!.GetValue<string>());
        Assert.Equal("main.py", job["files"]![0]!["path"]!.GetValue<string>());
        var work = await _host.GetAsync($"/api/jobs/{command.JobId}/events");
        Assert.Equal("user:anna", work["items"]![0]!["actor"]!.GetValue<string>());
    }

    [Fact]
    public async Task creates_it_once()
    {
        var command = Command();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SubmitAsync(command)));
        var again = await SubmitAsync(command);

        Assert.Equal([command.JobId], answers.Select(AcceptedJob).Distinct());
        Assert.Single(answers, answer => answer.Is(out Response<JobSubmissionAccepted>? a) && a!.Message.IsNew);
        Assert.True(again.Is(out Response<JobSubmissionAccepted>? repeat) && !repeat!.Message.IsNew);
    }

    [Fact]
    public async Task refuses_what_the_api_would_refuse_with_every_error()
    {
        var answer = await SubmitAsync(
            Command() with
            {
                Job = new JobRequest { Name = "", Resources = new ResourcesRequest(-1, null, null) },
            }
        );

        Assert.Equal(["job.command", "job.name", "job.resources.gpus"], Errors(answer));
        Assert.True(answer.Is(out Response<JobSubmissionRefused>? refused));
        Assert.Equal("job.between", Assert.Single(refused.Message.ErrorCodes!["job.resources.gpus"]).Code);
    }

    [Fact]
    public async Task refuses_an_empty_id_and_nobody()
    {
        Assert.Equal(["jobId"], Errors(await SubmitAsync(Command() with { JobId = Guid.Empty })));
        Assert.Equal(["submittedBy"], Errors(await SubmitAsync(Command() with { SubmittedBy = "" })));
        Assert.Equal(["submittedBy"], Errors(await SubmitAsync(Command() with { SubmittedBy = "a\nb" })));
    }

    [Fact]
    public async Task refuses_an_id_that_belongs_to_another_job()
    {
        var command = Command();
        await SubmitAsync(command);
        var foreign = await _host.SubmitAsync();

        var changed = await SubmitAsync(command with { Job = command.Job with { Name = "other" } });

        Assert.Equal(["jobId"], Errors(changed));
        Assert.Equal(["jobId"], Errors(await SubmitAsync(command with { SubmittedBy = "user:ben" })));
        Assert.Equal(["jobId"], Errors(await SubmitAsync(command with { JobId = foreign })));
    }

    [Fact]
    public async Task adds_to_a_group()
    {
        var parent = Command();
        await SubmitAsync(parent);
        var child = Command();

        await SubmitAsync(child with { Job = child.Job with { ParentId = parent.JobId } });
        var orphan = await SubmitAsync(Command() with { Job = child.Job with { ParentId = Guid.CreateVersion7() } });

        var list = await _host.GetAsync($"/api/jobs?parent={parent.JobId}");
        Assert.Equal(child.JobId, Assert.Single(list["items"]!.AsArray())!["id"]!.GetValue<Guid>());
        Assert.Equal(["job.parentId"], Errors(orphan));
    }

    private static Contracts.Jobs.SubmitJob Command() =>
        new()
        {
            JobId = Guid.CreateVersion7(),
            SubmittedBy = "user:anna",
            Job = new JobRequest
            {
                Name = "round 1",
                Command = ["python3", "main.py"],
                Files = new Dictionary<string, string?>(StringComparer.Ordinal) { ["main.py"] = "print(1)" },
            },
        };

    private async Task<Response<JobSubmissionAccepted, JobSubmissionRefused>> SubmitAsync(
        Contracts.Jobs.SubmitJob command
    )
    {
        var client = _host.Bus.CreateRequestClient<Contracts.Jobs.SubmitJob>(RequestTimeout.After(m: 1));
        return await client.GetResponse<JobSubmissionAccepted, JobSubmissionRefused>(command);
    }

    private static Guid AcceptedJob(Response<JobSubmissionAccepted, JobSubmissionRefused> answer) =>
        answer.Is(out Response<JobSubmissionAccepted>? accepted) ? accepted!.Message.JobId : Guid.Empty;

    private static IEnumerable<string> Errors(Response<JobSubmissionAccepted, JobSubmissionRefused> answer)
    {
        Assert.True(answer.Is(out Response<JobSubmissionRefused>? refused));
        return refused!.Message.Errors.Keys.Order(StringComparer.Ordinal);
    }
}
