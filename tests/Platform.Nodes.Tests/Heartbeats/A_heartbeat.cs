using System.Net;
using System.Net.Http.Json;
using Platform.Contracts.Agents;
using Platform.Contracts.Nodes;
using Platform.Nodes.Tests.Hosting;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Tests.Heartbeats;

[Trait("suite", "integration")]
public sealed class A_heartbeat : WithNodesHost
{
    [Fact]
    public async Task updates_the_node_without_an_event()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        var joinedAt = (await host.NodeAsync(id)).LastHeartbeatAt;

        using var response = await host.SendHeartbeatAsync(NodesHost.Heartbeat(id));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var node = await host.NodeAsync(id);
        Assert.True(node.LastHeartbeatAt > joinedAt);
        Assert.Equal(0.5, node.Usage!.Cpu);
        Assert.Equal("node_joined", await host.HistoryAsync(id));
    }

    [Fact]
    public async Task over_the_bus_is_recorded_too()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();

        await host.Bus.Publish(NodesHost.Heartbeat(id));

        await UntilAsync("the heartbeat to be stored", async () => (await host.NodeAsync(id)).Usage is not null);
    }

    [Fact]
    public async Task records_a_changed_inventory_once()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();

        for (var i = 0; i < 3; i++)
        {
            using var response = await host.SendHeartbeatAsync(NodesHost.Heartbeat(id, NodesHost.Inventory(gpus: 1)));
        }

        Assert.Equal("node_joined node_inventory_changed", await host.HistoryAsync(id));
        Assert.Equal(1, (await host.NodeAsync(id)).Free.Gpus);
        Assert.Null((await host.NodeAsync(id)).GpuReason);
    }

    [Fact]
    public async Task says_whether_jobs_are_limited()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        Assert.Null((await host.NodeAsync(id)).Limits);

        foreach (var limits in (string[])[NodeLimits.Enforced, NodeLimits.NotPermitted])
        {
            using var response = await host.SendHeartbeatAsync(
                NodesHost.Heartbeat(id, NodesHost.Inventory() with { Limits = limits })
            );
            Assert.Equal(limits, (await host.NodeAsync(id)).Limits);
        }
    }

    [Fact]
    public async Task of_an_unknown_node_is_not_found()
    {
        var host = await StartAsync();

        using var response = await host.SendHeartbeatAsync(NodesHost.Heartbeat(Guid.CreateVersion7()));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("", await host.DumpAsync("node", "node_heartbeat", "node_telemetry"));
    }

    [Fact]
    public async Task is_accepted_only_from_the_node_that_it_names()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();

        Assert.Equal(HttpStatusCode.NoContent, await SendAsAsync(host, id, Caller.Node(id)));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsAsync(host, id, Caller.Node(Guid.CreateVersion7())));
    }

    [Fact]
    public async Task with_an_attempt_without_a_lease_stops_the_attempt()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        await host.ListenAsAgentAsync(id);
        var (held, stale) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.Bus.Publish(NodesHost.Request(held));
        await host.Received.OneAsync<PlacementGrantedMessage>();

        await host.Bus.Publish(
            NodesHost.Heartbeat(
                id,
                null,
                new HeldAttempt { JobId = held, Attempt = 1 },
                new HeldAttempt { JobId = held, Attempt = 2 },
                new HeldAttempt { JobId = stale, Attempt = 1 }
            )
        );

        await host.Received.OneAsync<StopProcess>(number: 2);
        Assert.Equal(
            new[] { (held, 2), (stale, 1) }.Order(),
            host.Received.All<StopProcess>().Select(stop => (stop.JobId, stop.Attempt)).Order()
        );
        Assert.All(
            host.Received.All<StopProcess>(),
            stop => Assert.Equal((id, StopProcess.Fenced), (stop.NodeId, stop.Reason))
        );
    }

    [Fact]
    public async Task with_a_rank_that_is_leased_on_another_node_stops_that_rank()
    {
        var host = await StartAsync();
        var (id, other) = (await host.JoinAsync(), await host.JoinAsync("lab2"));
        await host.ListenAsAgentAsync(id);
        var job = Guid.CreateVersion7();
        await host.GrantRanksAsync(job, id, other, id);
        HeldAttempt Held(int rank) =>
            new()
            {
                JobId = job,
                Attempt = 1,
                Rank = rank,
            };

        await host.Bus.Publish(NodesHost.Heartbeat(id, null, Held(0), Held(1), Held(2), Held(3)));

        await host.Received.OneAsync<StopProcess>(number: 2);
        Assert.Equal([1, 3], host.Received.All<StopProcess>().Select(stop => stop.Rank).Order());
        Assert.Equal([0, 2], (await host.NodeAsync(id)).Leases.Select(lease => lease.Rank));
        Assert.Equal([1], (await host.NodeAsync(other)).Leases.Select(lease => lease.Rank));
    }

    [Fact]
    public async Task of_a_node_that_is_lost_with_one_rank_loses_the_whole_placement()
    {
        var host = await StartAsync();
        var (id, other) = (await host.JoinAsync(), await host.JoinAsync("lab2"));
        var job = Guid.CreateVersion7();
        await host.GrantRanksAsync(job, id, other);

        using var removal = await host.Http.DeleteAsync($"/api/nodes/{other}?force=true");
        Assert.True(removal.IsSuccessStatusCode, await removal.Content.ReadAsStringAsync());

        var lost = await host.Received.OneAsync<PlacementLostMessage>();
        Assert.Equal((job, 1, other), (lost.JobId, lost.Attempt, lost.NodeId));
        Assert.Equal("", await host.DumpAsync("lease", "lease_gpu"));
    }

    private static async Task<HttpStatusCode> SendAsAsync(NodesHost host, Guid id, Caller caller)
    {
        using var response = await host.Http.SendAsAsync(
            caller,
            HttpMethod.Post,
            "/api/nodes/heartbeat",
            JsonContent.Create(NodesHost.Heartbeat(id))
        );
        return response.StatusCode;
    }
}
