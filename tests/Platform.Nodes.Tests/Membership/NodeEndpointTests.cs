using System.Net;
using System.Net.Http.Json;
using Platform.Contracts.Nodes;
using Platform.Nodes.Membership;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Membership;

[Trait("suite", "integration")]
public sealed class A_drained_node : HostedTests
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
            "waits for node lab1, which is draining",
            (await host.Heard.OneAsync<PlacementWaitingMessage>()).Reason
        );

        using var again = await host.Http.PostAsync($"/api/nodes/{id}/drain", null);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Empty(host.Heard.All<PlacementGrantedMessage>());
        using var resumed = await host.Http.PostAsync($"/api/nodes/{id}/resume", null);

        await host.Heard.OneAsync<PlacementGrantedMessage>(message => message.JobId == jobId);
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
        await host.Heard.OneAsync<PlacementGrantedMessage>();

        using var drained = await host.Http.PostAsync($"/api/nodes/{id}/drain", null);

        Assert.Equal(jobId, Assert.Single((await host.NodeAsync(id)).Leases).JobId);
    }

    [Theory]
    [InlineData("\"2\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"1\"", HttpStatusCode.OK)]
    [InlineData("*", HttpStatusCode.OK)]
    [InlineData("\"abc\"", HttpStatusCode.PreconditionFailed)]
    public async Task was_drained_as_it_was_seen(string ifMatch, HttpStatusCode expected)
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

[Trait("suite", "integration")]
public sealed class A_removed_node : HostedTests
{
    [Fact]
    public async Task is_forgotten_and_its_agent_must_join_again()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();

        using var removed = await host.Http.DeleteAsync($"/api/nodes/{id}");

        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty((await host.Http.GetFromJsonAsync<NodeList>("/api/nodes"))!.Items);
        using (var heartbeat = await host.BeatAsync(NodesHost.Heartbeat(id)))
        {
            Assert.Equal(HttpStatusCode.NotFound, heartbeat.StatusCode);
        }

        using var back = await host.TryJoinAsync(id);
        Assert.Equal("online", (await host.NodeAsync(id)).Status);
    }

    [Fact]
    public async Task must_not_hold_anything_unless_it_is_forced()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId));
        await host.Heard.OneAsync<PlacementGrantedMessage>();

        using var refused = await host.Http.DeleteAsync($"/api/nodes/{id}");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        using var forced = await host.Http.DeleteAsync($"/api/nodes/{id}?force=true");
        Assert.Equal(HttpStatusCode.NoContent, forced.StatusCode);

        var lost = await host.Heard.OneAsync<PlacementLostMessage>();
        Assert.Equal((jobId, id), (lost.JobId, lost.NodeId));
        await UntilAsync("the lease to be gone", async () => (await host.DumpAsync("lease")).Length == 0);
    }
}

[Trait("suite", "integration")]
public sealed class Rebuilding_the_read_models : HostedTests
{
    [Fact]
    [Trait("check", "OPS-01")]
    public async Task gives_the_same_rows()
    {
        var host = await StartAsync();
        var first = await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 2, zone: "lab"));
        var second = await host.JoinAsync("lab2");
        var removed = await host.JoinAsync("lab3");
        using (await host.BeatAsync(NodesHost.Heartbeat(first, NodesHost.Inventory(gpus: 3, zone: "lab"))))
        using (await host.Http.PostAsync($"/api/nodes/{second}/drain", null))
        using (await host.Http.DeleteAsync($"/api/nodes/{removed}"))
        {
            var (running, ended, retried) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
            await host.Bus.Publish(NodesHost.Request(running, gpus: 1, zone: "lab"));
            await host.Bus.Publish(NodesHost.Request(ended, gpus: 1));
            await host.Heard.OneAsync<PlacementGrantedMessage>(number: 2);
            await host.Bus.Publish(NodesHost.Release(ended));
            await host.Heard.OneAsync<PlacementReleasedMessage>();
            await host.Bus.Publish(NodesHost.Request(retried));
            await host.Heard.OneAsync<PlacementGrantedMessage>(number: 3);
            await host.Bus.Publish(NodesHost.Request(retried, attempt: 2, gpus: 9));
            await host.Heard.OneAsync<PlacementWaitingMessage>(message => message.Attempt == 2);
        }

        string[] tables = ["node", "placement_request", "lease", "lease_gpu"];
        var before = await host.DumpAsync(tables);
        Assert.True(before.Split('\n').Length >= 5, before);

        await host.Store.RebuildAsync("node:v1");
        await host.Store.RebuildAsync("placement:v1");

        Assert.Equal(before, await host.DumpAsync(tables));
    }
}
