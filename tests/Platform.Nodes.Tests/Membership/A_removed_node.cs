using System.Net;
using System.Net.Http.Json;
using Platform.Contracts.Nodes;
using Platform.Nodes.Membership;
using Platform.Nodes.Tests.Hosting;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Tests.Membership;

[Trait("suite", "integration")]
public sealed class A_removed_node : WithNodesHost
{
    [Fact]
    public async Task is_gone_until_its_agent_joins_again()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();

        using var removed = await host.Http.DeleteAsync($"/api/nodes/{id}");

        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty((await host.Http.GetFromJsonAsync<Page<NodeView>>("/api/nodes"))!.Items);
        using (var heartbeat = await host.SendHeartbeatAsync(NodesHost.Heartbeat(id)))
        {
            Assert.Equal(HttpStatusCode.NotFound, heartbeat.StatusCode);
        }

        using var back = await host.TryJoinAsync(id);
        Assert.Equal("online", (await host.NodeAsync(id)).Status);
    }

    [Fact]
    public async Task must_hold_no_leases_unless_it_is_forced()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId));
        await host.Received.OneAsync<PlacementGrantedMessage>();

        using var refused = await host.Http.DeleteAsync($"/api/nodes/{id}");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        using var forced = await host.Http.DeleteAsync($"/api/nodes/{id}?force=true");
        Assert.Equal(HttpStatusCode.NoContent, forced.StatusCode);

        var lost = await host.Received.OneAsync<PlacementLostMessage>();
        Assert.Equal((jobId, id), (lost.JobId, lost.NodeId));
        await UntilAsync("the lease to be removed", async () => (await host.DumpAsync("lease")).Length == 0);
    }
}
