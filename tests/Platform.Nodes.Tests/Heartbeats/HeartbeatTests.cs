using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Nodes;
using Platform.Nodes.Heartbeats;
using Platform.Nodes.Tests.Hosting;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Tests.Heartbeats;

[Trait("suite", "integration")]
public sealed class A_heartbeat : HostedTests
{
    [Fact]
    public async Task moves_the_node_without_an_event()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        var joinedAt = (await host.NodeAsync(id)).LastHeartbeatAt;

        using var response = await host.BeatAsync(NodesHost.Heartbeat(id));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var node = await host.NodeAsync(id);
        Assert.True(node.LastHeartbeatAt > joinedAt);
        Assert.Equal(0.5, node.Usage!.Cpu);
        Assert.Equal("node_joined", await host.HistoryAsync(id));
    }

    [Fact]
    public async Task over_the_bus_counts_the_same()
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
            using var response = await host.BeatAsync(NodesHost.Heartbeat(id, NodesHost.Inventory(gpus: 1)));
        }

        Assert.Equal("node_joined node_inventory_changed", await host.HistoryAsync(id));
        Assert.Equal(1, (await host.NodeAsync(id)).Free.Gpus);
        Assert.Null((await host.NodeAsync(id)).GpuReason);
    }

    [Fact]
    public async Task of_an_unknown_node_tells_its_agent_to_join()
    {
        var host = await StartAsync();

        using var response = await host.BeatAsync(NodesHost.Heartbeat(Guid.CreateVersion7()));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("", await host.DumpAsync("node", "node_heartbeat", "node_telemetry"));
    }

    [Fact]
    public async Task speaks_only_for_the_node_that_sends_it()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();

        Assert.Equal(HttpStatusCode.NoContent, await BeatAsAsync(host, id, Caller.Node(id)));
        Assert.Equal(HttpStatusCode.Forbidden, await BeatAsAsync(host, id, Caller.Node(Guid.CreateVersion7())));
    }

    [Fact]
    public async Task that_lists_an_attempt_without_a_lease_gets_it_stopped()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        await host.ListenAsAgentAsync(id);
        var (held, stale) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.Bus.Publish(NodesHost.Request(held));
        await host.Heard.OneAsync<PlacementGrantedMessage>();

        await host.Bus.Publish(
            NodesHost.Heartbeat(
                id,
                null,
                new HeldAttempt { JobId = held, Attempt = 1 },
                new HeldAttempt { JobId = held, Attempt = 2 },
                new HeldAttempt { JobId = stale, Attempt = 1 }
            )
        );

        await host.Heard.OneAsync<StopProcess>(number: 2);
        Assert.Equal(
            new[] { (held, 2), (stale, 1) }.Order(),
            host.Heard.All<StopProcess>().Select(stop => (stop.JobId, stop.Attempt)).Order()
        );
        Assert.All(
            host.Heard.All<StopProcess>(),
            stop => Assert.Equal((id, StopProcess.Fenced), (stop.NodeId, stop.Reason))
        );
    }

    private static async Task<HttpStatusCode> BeatAsAsync(NodesHost host, Guid id, Caller caller)
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

[Trait("suite", "integration")]
public sealed class A_node_that_falls_silent : HostedTests
{
    [Fact]
    [Trait("check", "NODE-01")]
    public async Task is_offline_after_three_heartbeats_and_its_placements_are_lost_once()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=1", "--Nodes:MissedHeartbeats=3");
        var silent = await host.JoinAsync("silent", NodesHost.Inventory(gpus: 1));
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId, gpus: 1));
        await host.Heard.OneAsync<PlacementGrantedMessage>();
        var alive = await host.JoinAsync("alive");

        await UntilAsync(
            "the node to be offline",
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                using var heartbeat = await host.BeatAsync(NodesHost.Heartbeat(alive));
                return (await host.NodeAsync(silent)).Status == "offline";
            }
        );

        var lost = await host.Heard.OneAsync<PlacementLostMessage>();
        Assert.Equal((jobId, 1, silent, EndReasons.NodeLost), (lost.JobId, lost.Attempt, lost.NodeId, lost.Reason));
        Assert.Equal("online", (await host.NodeAsync(alive)).Status);
        Assert.Equal("", await host.DumpAsync("lease", "lease_gpu"));

        await host.ListenAsAgentAsync(silent);
        using var back = await host.BeatAsync(
            NodesHost.Heartbeat(silent, NodesHost.Inventory(gpus: 1), new HeldAttempt { JobId = jobId, Attempt = 1 })
        );

        Assert.Equal("online", (await host.NodeAsync(silent)).Status);
        await host.Heard.OneAsync<StopProcess>(stop => stop.JobId == jobId);
        Assert.Equal("placement_requested placement_granted placement_lost", await host.HistoryAsync(jobId));
        Assert.Single(host.Heard.All<PlacementLostMessage>());
        Assert.Equal("node_joined node_went_offline node_came_online", await host.HistoryAsync(silent));
    }

    [Fact]
    [Trait("check", "NODE-01")]
    public async Task is_offline_after_90_s_when_it_heartbeats_every_30_s()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=30", "--Nodes:MissedHeartbeats=3");
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
    public async Task is_not_blamed_for_the_silence_of_a_platform_that_was_down()
    {
        var clock = new FakeClock();
        var first = await StartAsync(clock, "--Nodes:MissedHeartbeats=3");
        var id = await first.JoinAsync("lab1", NodesHost.Inventory(zone: "a"));
        var other = await first.JoinAsync("lab2", NodesHost.Inventory(zone: "b"));
        var jobId = Guid.CreateVersion7();
        await first.Bus.Publish(NodesHost.Request(jobId, zone: "b"));
        await first.Heard.OneAsync<PlacementGrantedMessage>();
        await StopAsync(first);
        clock.Advance(TimeSpan.FromHours(1));

        var second = await StartAsync(clock, "--Nodes:MissedHeartbeats=3");
        using var removed = await second.Http.DeleteAsync($"/api/nodes/{other}?force=true");

        // Only the watch over the nodes takes the removed node's lease back: it has looked.
        await UntilAsync(
            "the watch to look",
            async () => (await second.HistoryAsync(jobId)).EndsWith("placement_lost", StringComparison.Ordinal)
        );
        Assert.Equal("online", (await second.NodeAsync(id)).Status);
    }
}

[Trait("suite", "integration")]
public sealed class Telemetry_of_a_node : HostedTests
{
    [Fact]
    public async Task is_read_in_order_and_a_repeated_heartbeat_is_one_sample()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=600");
        var id = await host.JoinAsync();
        for (var i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            var heartbeat = NodesHost.Heartbeat(id) with { At = clock.GetUtcNow(), Usage = Usage(i / 10d) };
            using var first = await host.BeatAsync(heartbeat);
            clock.Advance(TimeSpan.FromSeconds(1));
            using var repeat = await host.BeatAsync(heartbeat);
        }

        Assert.Equal([0, 0.1, 0.2, 0.3, 0.4], await ReadAsync(host, id, 15));
        Assert.Equal([0.3, 0.4], await ReadAsync(host, id, 1));
    }

    [Fact]
    public async Task is_thinned_and_deleted_when_it_is_old()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=600", "--Nodes:TelemetryRetentionHours=2");
        var id = await host.JoinAsync();
        await using (
            var command = host.Store.DataSource.CreateCommand(
                """
                insert into node_telemetry select $1, $2 - n * interval '1 second', '{"cpu":0.5,"memoryUsedMiB":1,"diskFreeMiB":1,"gpus":[]}'
                from generate_series(0, 3599) n
                """
            )
        )
        {
            command.Parameters.AddWithValue(id);
            command.Parameters.AddWithValue(clock.GetUtcNow());
            await command.ExecuteNonQueryAsync();
        }

        var hour = await ReadAsync(host, id, 60);
        Assert.InRange(hour.Count, 900, 1000);

        clock.Advance(TimeSpan.FromHours(4));
        await UntilAsync(
            "old telemetry to be deleted",
            async () => (await host.DumpAsync("node_telemetry")).Length == 0
        );
    }

    [Fact]
    public async Task needs_a_node_and_a_sensible_span()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, $"/api/nodes/{Guid.CreateVersion7()}/telemetry"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(host, $"/api/nodes/{id}/telemetry?minutes=0"));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await StatusAsync(host, $"/api/nodes/{id}/telemetry?minutes=999999999")
        );
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(host, $"/api/nodes/{id}/telemetry?minutes=many"));
    }

    private static NodeUsage Usage(double cpu) =>
        new()
        {
            Cpu = cpu,
            MemoryUsedMiB = 1,
            DiskFreeMiB = 1,
        };

    private static async Task<IReadOnlyList<double>> ReadAsync(NodesHost host, Guid id, int minutes) =>
        [
            .. (
                await host.Http.GetFromJsonAsync<NodeTelemetryResponse>($"/api/nodes/{id}/telemetry?minutes={minutes}")
            )!.Items.Select(sample => sample.Usage.Cpu),
        ];

    private static async Task<HttpStatusCode> StatusAsync(NodesHost host, string path)
    {
        using var response = await host.Http.GetAsync(path);
        return response.StatusCode;
    }
}
