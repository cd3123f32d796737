using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Heartbeats;

[Trait("suite", "integration")]
public sealed class A_silent_node : WithNodesHost
{
    private const string NoGrace = "--Nodes:MissedHeartbeatsAfterStart=3";

    [Fact]
    [Trait("check", "NODE-01")]
    public async Task is_offline_after_three_heartbeats_and_its_placements_are_lost_once()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=1", "--Nodes:MissedHeartbeats=3", NoGrace);
        var silent = await host.JoinAsync("silent", NodesHost.Inventory(gpus: 1));
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId, gpus: 1));
        await host.Received.OneAsync<PlacementGrantedMessage>();
        var alive = await host.JoinAsync("alive");

        await UntilAsync(
            "the node to be offline",
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                using var heartbeat = await host.SendHeartbeatAsync(NodesHost.Heartbeat(alive));
                return (await host.NodeAsync(silent)).Status == "offline";
            }
        );

        var lost = await host.Received.OneAsync<PlacementLostMessage>();
        Assert.Equal((jobId, 1, silent, EndReasons.NodeLost), (lost.JobId, lost.Attempt, lost.NodeId, lost.Reason));
        Assert.Equal("online", (await host.NodeAsync(alive)).Status);
        Assert.Equal("", await host.DumpAsync("lease", "lease_gpu"));

        await host.ListenAsAgentAsync(silent);
        using var back = await host.SendHeartbeatAsync(
            NodesHost.Heartbeat(silent, NodesHost.Inventory(gpus: 1), new HeldAttempt { JobId = jobId, Attempt = 1 })
        );

        Assert.Equal("online", (await host.NodeAsync(silent)).Status);
        await host.Received.OneAsync<StopProcess>(stop => stop.JobId == jobId);
        Assert.Equal("placement_requested placement_granted placement_lost", await host.HistoryAsync(jobId));
        Assert.Single(host.Received.All<PlacementLostMessage>());
        Assert.Equal("node_joined node_went_offline node_came_online", await host.HistoryAsync(silent));
    }

    [Fact]
    [Trait("check", "NODE-01")]
    public async Task is_offline_after_90_s_with_heartbeats_every_30_s()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=30", "--Nodes:MissedHeartbeats=3", NoGrace);
        var id = await host.JoinAsync();
        var silentSince = clock.GetUtcNow();

        await UntilAsync(
            "the node to be offline",
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return (await host.NodeAsync(id)).Status == "offline";
            }
        );

        var offline = (await host.Store.ReadStreamAsync(id.ToString()))[^1];
        Assert.Equal("node_went_offline", offline.Type);
        Assert.True(((Nodes.Membership.NodeWentOffline)offline.Data).At - silentSince > TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task has_ten_heartbeats_to_be_heard_after_a_start_of_the_platform()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=30", "--Nodes:MissedHeartbeats=3");
        var id = await host.JoinAsync();
        var startedBefore = clock.GetUtcNow();

        await UntilAsync(
            "the node to be offline",
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return (await host.NodeAsync(id)).Status == "offline";
            }
        );

        var offline = (await host.Store.ReadStreamAsync(id.ToString()))[^1];
        Assert.True(((Nodes.Membership.NodeWentOffline)offline.Data).At - startedBefore >= TimeSpan.FromSeconds(299));
    }

    [Fact]
    public async Task stays_online_after_downtime_of_the_platform()
    {
        var clock = new FakeClock();
        var first = await StartAsync(clock, "--Nodes:MissedHeartbeats=3");
        var id = await first.JoinAsync("lab1", NodesHost.Inventory(zone: "a"));
        var other = await first.JoinAsync("lab2", NodesHost.Inventory(zone: "b"));
        var jobId = Guid.CreateVersion7();
        await first.Bus.Publish(NodesHost.Request(jobId, zone: "b"));
        await first.Received.OneAsync<PlacementGrantedMessage>();
        await StopAsync(first);
        clock.Advance(TimeSpan.FromHours(1));

        var second = await StartAsync(clock, "--Nodes:MissedHeartbeats=3");
        using var removed = await second.Http.DeleteAsync($"/api/nodes/{other}?force=true");

        // Only the node monitor revokes the removed node's lease: this shows that it has scanned.
        await UntilAsync(
            "the node monitor to scan",
            async () => (await second.HistoryAsync(jobId)).EndsWith("placement_lost", StringComparison.Ordinal)
        );
        Assert.Equal("online", (await second.NodeAsync(id)).Status);
    }
}
