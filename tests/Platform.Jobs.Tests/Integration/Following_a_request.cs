using System.Net.Http.Json;
using Platform.Contracts.Agents;
using Platform.EventStore;

namespace Platform.Jobs.Tests.Integration;

[Trait("suite", "integration")]
public sealed class Following_a_request(JobsFixture fixture) : IClassFixture<JobsFixture>
{
    private readonly JobsHost _host = fixture.Host;

    [Theory]
    [InlineData("X-Request-ID")]
    [InlineData("X-Correlation-ID")]
    public async Task leads_from_the_browser_to_the_command_for_the_agent(string header)
    {
        var (id, answered) = await SubmitAsync(header, "browser-42");
        await _host.WaitForAsync(id, "running");

        Assert.Equal("browser-42", answered);
        Assert.Equal("browser-42", (await StartOfAsync(id)).RequestId);
        var stored = await _host.Store.ReadStreamAsync(id.ToString());
        // Who reports that it started follows from no request: the simulated agent says none.
        Assert.All(stored.Take(2), e => Assert.Equal("browser-42", RequestId.Of(e)));
    }

    [Fact]
    public async Task goes_on_in_a_command_that_is_sent_again()
    {
        var starts = 0;
        _host.Cluster.OnStart = start =>
            Interlocked.Increment(ref starts) == 1 ? null : Harness.TestCluster.Started(start.JobId, start.Attempt);

        var (id, _) = await SubmitAsync("X-Request-ID", "cli:7");
        await _host.WaitForAsync(id, "running");

        Assert.All(Starts(id), start => Assert.Equal("cli:7", start.RequestId));
        Assert.True(Starts(id).Count() > 1);
    }

    [Fact]
    public async Task has_the_id_of_its_trace_where_it_names_none_that_can_be_used()
    {
        var (id, answered) = await SubmitAsync("X-Request-ID", "<script>");
        await _host.WaitForAsync(id, "running");

        Assert.Matches("^[0-9a-f]{32}$", answered);
        Assert.Equal(answered, (await StartOfAsync(id)).RequestId);
    }

    private IEnumerable<StartProcess> Starts(Guid id) =>
        _host.Cluster.All<StartProcess>().Where(start => start.JobId == id);

    private async Task<StartProcess> StartOfAsync(Guid id)
    {
        await WaitFor.ConditionAsync("a command to start", () => Task.FromResult(Starts(id).Any()));
        return Starts(id).First();
    }

    private async Task<(Guid Id, string Answered)> SubmitAsync(string header, string requestId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs")
        {
            Content = JsonContent.Create(JobsHost.Job()),
        };
        request.Headers.TryAddWithoutValidation(header, requestId);
        using var response = await _host.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        var job = await response.Content.ReadFromJsonAsync<System.Text.Json.Nodes.JsonNode>();
        return (job!["id"]!.GetValue<Guid>(), response.Headers.GetValues("X-Request-ID").Single());
    }
}
