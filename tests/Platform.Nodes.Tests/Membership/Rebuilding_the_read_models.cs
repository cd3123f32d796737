using Platform.Contracts.Nodes;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Membership;

[Trait("suite", "integration")]
public sealed class Rebuilding_the_read_models : WithNodesHost
{
    [Fact]
    [Trait("check", "OPS-01")]
    public async Task gives_the_same_rows()
    {
        var host = await StartAsync();
        var first = await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 2, zone: "lab"));
        var second = await host.JoinAsync("lab2");
        var removed = await host.JoinAsync("lab3");
        using (await host.SendHeartbeatAsync(NodesHost.Heartbeat(first, NodesHost.Inventory(gpus: 3, zone: "lab"))))
        using (await host.Http.PostAsync($"/api/nodes/{second}/drain", null))
        using (await host.Http.DeleteAsync($"/api/nodes/{removed}"))
        {
            var (running, ended, retried) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
            await host.Bus.Publish(NodesHost.Request(running, gpus: 1, zone: "lab"));
            await host.Bus.Publish(NodesHost.Request(ended, gpus: 1));
            await host.Received.OneAsync<PlacementGrantedMessage>(number: 2);
            await host.Bus.Publish(NodesHost.Release(ended));
            await host.Received.OneAsync<PlacementReleasedMessage>();
            await host.Bus.Publish(NodesHost.Request(retried));
            await host.Received.OneAsync<PlacementGrantedMessage>(number: 3);
            await host.Bus.Publish(NodesHost.Request(retried, attempt: 2, gpus: 9));
            await host.Received.OneAsync<PlacementWaitingMessage>(message => message.Attempt == 2);
            await host.GrantRanksAsync(Guid.CreateVersion7(), second, second);
        }

        string[] tables = ["node", "placement_request", "lease", "lease_gpu"];
        var before = await host.DumpAsync(tables);
        Assert.True(before.Split('\n').Length >= 5, before);

        await host.Store.RebuildAsync("node:v1");
        await host.Store.RebuildAsync("placement:v1");

        Assert.Equal(before, await host.DumpAsync(tables));
    }
}
