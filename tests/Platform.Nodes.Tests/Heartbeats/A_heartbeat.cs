using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
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
    public async Task of_an_unknown_node_is_not_found()
    {
        var host = await StartAsync();

        using var response = await host.SendHeartbeatAsync(NodesHost.Heartbeat(Guid.CreateVersion7()));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("", await host.DumpAsync("node", "node_heartbeat", "node_telemetry"));
    }

    [Fact]
    public async Task with_a_token_is_accepted_only_for_the_node_of_the_token()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();
        var tokens = host.Services.GetRequiredService<ScopedTokens>();
        var hour = TimeSpan.FromHours(1);

        Assert.Equal(HttpStatusCode.NoContent, await SendWithTokenAsync(host, id, tokens.ForNode(id, hour)));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await SendWithTokenAsync(host, id, tokens.ForNode(Guid.CreateVersion7(), hour))
        );
        Assert.Equal(HttpStatusCode.Forbidden, await SendWithTokenAsync(host, id, tokens.ForJob(id, attempt: 1, hour)));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendWithTokenAsync(host, id, tokens.ForNode(id, -hour)));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendWithTokenAsync(host, id, "pn_forged"));
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

    private static async Task<HttpStatusCode> SendWithTokenAsync(NodesHost host, Guid id, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/nodes/heartbeat")
        {
            Content = JsonContent.Create(NodesHost.Heartbeat(id)),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await host.Http.SendAsync(request);
        return response.StatusCode;
    }
}
