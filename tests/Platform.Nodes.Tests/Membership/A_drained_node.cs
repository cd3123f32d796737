using System.Net;
using System.Net.Http.Json;
using Platform.Contracts.Nodes;
using Platform.Nodes.Membership;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Membership;

[Trait("suite", "integration")]
public sealed class A_drained_node : WithNodesHost
{
    [Fact]
    [Trait("check", "NODE-01")]
    public async Task gets_no_new_work_until_it_is_resumed()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        using var drained = await host.Http.PostAsync($"/api/nodes/{id}/drain", null);
        var view = (await drained.Content.ReadFromJsonAsync<NodeView>())!;
        Assert.Equal(("draining", true, 2), (view.Status, view.Draining, view.Version));
        Assert.Equal("\"2\"", drained.Headers.ETag!.Tag);
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId));
        Assert.Equal(
            "waiting for node lab1, which is draining",
            (await host.Received.OneAsync<PlacementWaitingMessage>()).Reason
        );

        using var again = await host.Http.PostAsync($"/api/nodes/{id}/drain", null);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Empty(host.Received.All<PlacementGrantedMessage>());
        using var resumed = await host.Http.PostAsync($"/api/nodes/{id}/resume", null);

        await host.Received.OneAsync<PlacementGrantedMessage>(message => message.JobId == jobId);
        Assert.Equal("online", (await host.NodeAsync(id)).Status);
        Assert.Equal("node_joined node_draining node_resumed", await host.HistoryAsync(id));
    }

    [Fact]
    public async Task keeps_what_runs_there()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId));
        await host.Received.OneAsync<PlacementGrantedMessage>();

        using var drained = await host.Http.PostAsync($"/api/nodes/{id}/drain", null);

        Assert.Equal(jobId, Assert.Single((await host.NodeAsync(id)).Leases).JobId);
    }

    [Theory]
    [InlineData("\"2\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"1\"", HttpStatusCode.OK)]
    [InlineData("*", HttpStatusCode.OK)]
    [InlineData("\"abc\"", HttpStatusCode.PreconditionFailed)]
    public async Task is_drained_only_at_the_version_in_If_Match(string ifMatch, HttpStatusCode expected)
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/nodes/{id}/drain");
        request.Headers.TryAddWithoutValidation("If-Match", ifMatch);

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected is HttpStatusCode.OK, (await host.NodeAsync(id)).Draining);
    }
}
