using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Nodes;
using Platform.Nodes.Membership;
using Platform.Nodes.Tests.Hosting;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Tests.Joining;

[Trait("suite", "integration")]
public sealed class A_machine_that_joins : WithNodesHost
{
    [Fact]
    [Trait("check", "NODE-01")]
    [Trait("check", "NODE-02")]
    public async Task with_a_valid_token_becomes_a_node_with_its_inventory()
    {
        var host = await StartAsync("--Nodes:AgentBroker=amqp://agents@broker/");
        var id = Guid.CreateVersion7();

        using var response = await host.TryJoinAsync(id, "lab1", inventory: NodesHost.Inventory(gpus: 2, zone: "lab"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var joined = (await response.Content.ReadFromJsonAsync<JoinResponse>())!;
        Assert.Equal((id, "amqp://agents@broker/", 4), (joined.NodeId, joined.Broker, joined.HeartbeatSeconds));
        var scope = host.Services.GetRequiredService<ScopedTokens>().Verify(joined.NodeToken)!;
        Assert.Equal((CallerKind.Node, id), (scope.Kind, scope.Id));

        var node = Assert.Single((await host.Http.GetFromJsonAsync<Page<NodeView>>("/api/nodes"))!.Items);
        Assert.Equal(("lab1", "online", 4, 8192), (node.Name, node.Status, node.Cpus, node.MemoryMiB));
        Assert.Equal(new FreeResources(2, 4, 8192), node.Free);
        Assert.Equal([0, 1], node.Gpus.Select(gpu => gpu.Index));
        Assert.Equal("lab", node.Labels["zone"]);
        Assert.NotNull(node.LastHeartbeatAt);
    }

    [Fact]
    public async Task twice_joins_once()
    {
        var host = await StartAsync();
        var id = await host.JoinAsync();

        using var again = await host.TryJoinAsync(id);

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal("node_joined", await host.HistoryAsync(id));
    }

    [Fact]
    public async Task many_times_at_once_joins_once()
    {
        var host = await StartAsync();
        var id = Guid.CreateVersion7();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.TryJoinAsync(id)));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal("node_joined", await host.HistoryAsync(id));
    }

    [Theory]
    [Trait("check", "NODE-01")]
    [InlineData("wrong")]
    [InlineData("pjt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task with_an_invalid_token_is_refused_and_stores_nothing(string token)
    {
        var host = await StartAsync();
        var id = Guid.CreateVersion7();

        using var response = await host.TryJoinAsync(id, token: token);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("", await host.HistoryAsync(id));
        Assert.Equal("", await host.DumpAsync("node", "node_heartbeat", "node_telemetry", "join_token"));
    }

    [Fact]
    public async Task cannot_take_the_id_of_a_job()
    {
        var host = await StartAsync();
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId));
        await host.Received.OneAsync<PlacementWaitingMessage>();

        using var response = await host.TryJoinAsync(jobId);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("placement_requested", await host.HistoryAsync(jobId));
    }

    [Fact]
    public async Task needs_a_token_even_when_none_is_configured()
    {
        var host = await StartAsync("--Nodes:JoinToken=");

        using var response = await host.TryJoinAsync(Guid.CreateVersion7(), token: " ");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
