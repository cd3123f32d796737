using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Jobs;
using Platform.ServiceDefaults;

namespace Platform.Jobs.Tests.Integration;

/// <summary>Each process of an attempt has its own log, and its own work and token on its own node.</summary>
[Trait("suite", "integration")]
public sealed class What_each_rank_has : WithJobsHost
{
    private static readonly Guid _otherNode = new("0198c0de-0000-7000-8000-0000000000bb");

    [Fact]
    public async Task is_a_log_with_its_own_offset()
    {
        var id = await RunningAsync();

        Assert.Equal((HttpStatusCode.OK, 5L), await PostAsync(id, 0, "zero\n", rank: null));
        Assert.Equal((HttpStatusCode.OK, 4L), await PostAsync(id, 0, "one\n", rank: 1));
        Assert.Equal((HttpStatusCode.OK, 9L), await PostAsync(id, 4, "more\n", rank: 1));
        Assert.Equal((HttpStatusCode.Conflict, 5L), await PostAsync(id, 0, "one\n", rank: 0));

        Assert.Equal("zero\n", await Host.Http.GetStringAsync($"/api/jobs/{id}/logs"));
        Assert.Equal("zero\n", await Host.Http.GetStringAsync($"/api/jobs/{id}/logs?rank=0&attempt=1"));
        Assert.Equal("one\nmore\n", await Host.Http.GetStringAsync($"/api/jobs/{id}/logs?rank=1"));
        Assert.Equal("e\nmore\n", await Host.Http.GetStringAsync($"/api/jobs/{id}/logs?rank=1&from=2"));
    }

    [Fact]
    public async Task is_a_log_that_is_followed_alone()
    {
        var id = await RunningAsync();
        using var stream = await EventStream.OpenAsync(Host.Http, $"/api/jobs/{id}/logs?rank=1&follow=true");

        await PostAsync(id, 0, "zero\n", rank: 0);
        await PostAsync(id, 0, "one\nend", rank: 1);
        Assert.Equal(new ServerEvent("message", "4", "one"), await stream.NextAsync());
        await Cluster.PublishAsync(
            TestCluster.Exited(id, 1, EndReasons.ExitCode, 0, rank: 1) with
            {
                NodeId = _otherNode,
            }
        );
        await Cluster.ExitAsync(id, rank: 0);

        Assert.Equal(new ServerEvent("message", "7", "end"), await stream.NextAsync());
        Assert.Equal("end", (await stream.NextAsync())!.Name);
    }

    [Fact]
    public async Task is_followed_through_another_replica_too()
    {
        var id = await RunningAsync();
        await PostAsync(id, 0, "a longer line of rank 0\n", rank: 0);
        using var stream = await EventStream.OpenAsync(Host.Http, $"/api/jobs/{id}/logs?rank=1&follow=true");

        // Stored as by another process, without the signals of this one.
        await using var command = Host.Store.DataSource.CreateCommand(
            """
            with state as (
              insert into log_state (job_id, attempt, rank, next_offset, complete) values ($1, 1, 1, 6, false))
            insert into log_chunk (job_id, attempt, rank, start_offset, bytes)
            values ($1, 1, 1, 0, convert_to(E'other\n', 'UTF8'))
            """
        );
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync();

        Assert.Equal("other", (await stream.NextAsync())!.Data);
    }

    [Fact]
    public async Task is_not_there_for_a_rank_that_the_attempt_has_not()
    {
        var id = await RunningAsync();

        foreach (var path in new[] { "rank=2", "rank=2&follow=true", "rank=-1", "rank=2&attempt=1" })
        {
            using var read = await Host.Http.GetAsync($"/api/jobs/{id}/logs?{path}");
            Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
            Assert.Contains("rank.not-found", await read.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var written = await Host.PostLogAsync(id, 0, "x"u8.ToArray(), rank: 2);
        Assert.Equal(HttpStatusCode.NotFound, written.StatusCode);
        using var wrong = await Host.Http.GetAsync($"/api/jobs/{id}/logs?rank=first");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task is_rank_0_alone_for_a_job_of_one_process()
    {
        Cluster.OnRequest = request => TestCluster.Grant(request.JobId, request.Attempt);
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");

        using var zero = await Host.PostLogAsync(id, 0, "x"u8.ToArray(), rank: 0);
        using var one = await Host.PostLogAsync(id, 0, "x"u8.ToArray(), rank: 1);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (zero.StatusCode, one.StatusCode));
    }

    [Fact]
    public async Task is_work_with_a_token_of_that_rank()
    {
        var id = await RunningAsync();

        var work = await WorkAsync(id, _otherNode, "?rank=1");

        Assert.Equal((id, 1, 1), (work.JobId, work.Attempt, work.Rank));
        var scope = Host.Services.GetRequiredService<ScopedTokens>().Verify(work.Token)!;
        Assert.Equal((id, 1, 1), (scope.Id, scope.Attempt, scope.Rank));
        Assert.Equal(0, (await WorkAsync(id, TestCluster.NodeId, "")).Rank);
    }

    [Theory]
    [InlineData("?rank=0")]
    [InlineData("")]
    [InlineData("?rank=2")]
    [InlineData("?rank=-1")]
    [InlineData("?rank=1&rank=0")]
    public async Task is_not_given_to_the_node_of_another_rank(string query)
    {
        var id = await RunningAsync();

        using var work = await AsNodeAsync(_otherNode, HttpMethod.Get, $"/api/jobs/{id}/attempts/1/work{query}");
        using var log = await AsNodeAsync(
            _otherNode,
            HttpMethod.Post,
            $"/api/jobs/{id}/logs?attempt=1&offset=0&{query.TrimStart('?')}"
        );

        Assert.NotEqual(HttpStatusCode.OK, work.StatusCode);
        Assert.NotEqual(HttpStatusCode.OK, log.StatusCode);
    }

    [Fact]
    public async Task is_its_job_for_its_process_only()
    {
        var id = await RunningAsync();

        using var own = await AsJobAsync(Caller.Job(id, 1, rank: 1), id);
        using var missing = await AsJobAsync(Caller.Job(id, 1, rank: 2), id);
        using var earlier = await AsJobAsync(Caller.Job(id, 2, rank: 1), id);

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Conflict),
            (own.StatusCode, missing.StatusCode, earlier.StatusCode)
        );
    }

    /// <summary>A job with rank 0 on the cluster's node and rank 1 on another one.</summary>
    private async Task<Guid> RunningAsync()
    {
        Cluster.OnRequest = request =>
        {
            var granted = TestCluster.Grant(request.JobId, request.Attempt, ranks: 2);
            return granted with { Nodes = [granted.Nodes[0], granted.Nodes[1] with { NodeId = _otherNode }] };
        };
        var id = await Host.SubmitAsync();
        await Host.WaitForAsync(id, "running");
        return id;
    }

    private async Task<AttemptWork> WorkAsync(Guid id, Guid node, string query)
    {
        using var response = await AsNodeAsync(node, HttpMethod.Get, $"/api/jobs/{id}/attempts/1/work{query}");
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<AttemptWork>())!;
    }

    private Task<HttpResponseMessage> AsNodeAsync(Guid node, HttpMethod method, string path) =>
        Host.Http.SendAsAsync(
            Caller.Node(node),
            method,
            path,
            method == HttpMethod.Post ? new ByteArrayContent("x"u8.ToArray()) : null
        );

    private Task<HttpResponseMessage> AsJobAsync(Caller caller, Guid id) =>
        Host.Http.SendAsAsync(caller, HttpMethod.Get, $"/api/jobs/{id}");

    private async Task<(HttpStatusCode Status, long Offset)> PostAsync(Guid id, long offset, string text, int? rank)
    {
        using var response = await Host.PostLogAsync(id, offset, Encoding.UTF8.GetBytes(text), rank: rank);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<LogPosition>())!.Offset);
    }
}
