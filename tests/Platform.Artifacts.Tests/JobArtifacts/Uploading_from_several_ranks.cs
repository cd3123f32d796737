using System.Net;
using System.Net.Http.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Artifacts.Tests.Host;
using Platform.Contracts.Artifacts;
using Platform.Contracts.Jobs;
using Platform.JobAttempts;
using Platform.ServiceDefaults;

namespace Platform.Artifacts.Tests.JobArtifacts;

/// <summary>Rank 0 is placed on one node, rank 1 on another.</summary>
[Trait("suite", "integration")]
public sealed class Uploading_from_several_ranks(ArtifactsHost host) : IClassFixture<ArtifactsHost>
{
    private static readonly Guid _first = Guid.CreateVersion7();
    private static readonly Guid _second = Guid.CreateVersion7();

    [Fact]
    public async Task is_for_the_node_that_holds_the_rank()
    {
        var job = await PlacedAsync();

        Assert.Equal(HttpStatusCode.Created, await UploadAsync(job, Caller.Node(_first), "&rank=0"));
        Assert.Equal(HttpStatusCode.Created, await UploadAsync(job, Caller.Node(_second), "&rank=1"));
        Assert.Equal(HttpStatusCode.Created, await UploadAsync(job, Caller.Node(_second), ""));
        Assert.Equal(HttpStatusCode.Forbidden, await UploadAsync(job, Caller.Node(_second), "&rank=0"));
        Assert.Equal(HttpStatusCode.Forbidden, await UploadAsync(job, Caller.Node(_first), "&rank=2"));
    }

    [Fact]
    public async Task is_for_processes_that_the_attempt_has()
    {
        var job = await PlacedAsync();

        Assert.Equal(HttpStatusCode.Created, await UploadAsync(job, Caller.Job(job, 1, rank: 1), "&rank=1"));
        Assert.Equal(HttpStatusCode.Conflict, await UploadAsync(job, Caller.Job(job, 1, rank: 2), "&rank=2"));
    }

    [Fact]
    public async Task names_the_rank_that_made_the_version()
    {
        var job = await PlacedAsync();
        await UploadAsync(job, Caller.Node(_second), "&rank=1");
        await UploadAsync(job, Caller.Node(_first), "");

        var versions = await host.GetAsync<Page<ArtifactVersion>>($"/api/jobs/{job}/artifacts");

        Assert.Equal([0, 1], versions.Items.Select(version => version.Rank!.Value));
    }

    [Fact]
    public async Task names_the_process_whose_token_it_is_whatever_the_request_says()
    {
        var job = await PlacedAsync();
        await UploadAsync(job, Caller.Job(job, 1, rank: 1), "7&rank=0");

        var versions = await host.GetAsync<Page<ArtifactVersion>>($"/api/jobs/{job}/artifacts");

        var version = Assert.Single(versions.Items);
        Assert.Equal((1, 1), (version.Attempt, version.Rank));
    }

    [Fact]
    public async Task asks_a_node_for_which_attempt_it_reads()
    {
        await PlacedAsync();

        using var answer = await host.Http.SendAsAsync(
            Caller.Node(Guid.CreateVersion7()),
            HttpMethod.Get,
            "/api/artifacts/input/versions/latest"
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"job\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task reads_inputs_for_the_ranks_of_a_node()
    {
        var job = await PlacedAsync();

        Assert.Equal(HttpStatusCode.NotFound, await ReadAsync(job, _second, "&rank=1"));
        Assert.Equal(HttpStatusCode.NotFound, await ReadAsync(job, _second, ""));
        Assert.Equal(HttpStatusCode.Forbidden, await ReadAsync(job, _second, "&rank=0"));
    }

    private async Task<Guid> PlacedAsync()
    {
        var job = Guid.CreateVersion7();
        await host
            .Services.GetRequiredService<IBus>()
            .Publish(
                new JobPlacedMessage
                {
                    JobId = job,
                    Attempt = 1,
                    Nodes = [Rank(1, _second), Rank(0, _first)],
                    Inputs = ["input"],
                    Outputs = [],
                }
            );
        var attempts = host.Services.GetRequiredService<JobAttempts<ArtifactsStore>>();
        await WaitFor.ConditionAsync(
            "the placement to be known",
            async () => await attempts.FindAsync(job, 1, CancellationToken.None) is not null
        );
        return job;
    }

    private static PlacedNode Rank(int rank, Guid node) =>
        new()
        {
            NodeId = node,
            NodeName = $"lab{rank}",
            Gpus = [],
            Rank = rank,
        };

    private async Task<HttpStatusCode> UploadAsync(Guid job, Caller caller, string rank)
    {
        using var response = await host.Http.SendAsAsync(
            caller,
            HttpMethod.Post,
            $"/api/jobs/{job}/artifacts?name={ArtifactsHost.NewName()}&attempt=1{rank}",
            new ByteArrayContent(ArtifactsHost.RandomBytes(10))
        );
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> ReadAsync(Guid job, Guid node, string rank)
    {
        using var response = await host.Http.SendAsAsync(
            Caller.Node(node),
            HttpMethod.Get,
            $"/api/artifacts/input/versions/latest?job={job}&attempt=1{rank}"
        );
        return response.StatusCode;
    }
}
