using System.Net;
using System.Net.Http.Json;
using Platform.Contracts.Agents;
using Platform.Contracts.Nodes;
using Platform.Messaging;
using Platform.Nodes.Tests.Hosting;
using Platform.ServiceDefaults;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Platform.Nodes.Tests.Joining;

/// <summary>On a real RabbitMQ with its management API.</summary>
[Trait("suite", "integration")]
public sealed class The_broker_user_of_an_agent(OwnBroker broker) : WithNodesHost, IClassFixture<OwnBroker>
{
    private const int AccessRefused = 403;
    private const int PreconditionFailed = 406;
    private const string Service = "nodes-record-placement-request";
    private static readonly CreateChannelOptions _confirming = new(
        publisherConfirmationsEnabled: true,
        publisherConfirmationTrackingEnabled: true
    );

    [Fact]
    public async Task reads_its_own_queue_and_publishes_reports_and_may_do_nothing_else()
    {
        var host = await StartAsync(broker.Settings);
        var (id, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var (own, others) = (AgentQueues.For(id), AgentQueues.For(other));
        await using var connection = await OwnBroker.ConnectAsync(await JoinAsync(host, id));
        await using var neighbour = await OwnBroker.ConnectAsync(await JoinAsync(host, other));
        await DeclareAsync(neighbour, others);
        var commands = AgentUser.ExchangeOf(typeof(RequestPlacement));
        var reports = AgentUser.ExchangeOf(typeof(NodeHeartbeat));
        await host.ListensAsync();

        // What it needs.
        await DeclareAsync(connection, own);
        Assert.Equal(0, await RefusalAsync(connection, channel => channel.BasicGetAsync(own, autoAck: true)));
        Assert.Equal(0, await RefusalAsync(connection, channel => PublishAsync(channel, reports)));
        // Messages of others.
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.BasicGetAsync(others, autoAck: true)));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.BasicGetAsync(Service, autoAck: true)));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.QueueBindAsync(own, others, "")));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.QueueBindAsync(own, reports, "")));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.QueueBindAsync(own, commands, "")));
        // Commands to others and to services.
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => PublishAsync(c, others)));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => PublishAsync(c, commands)));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => PublishAsync(c, Service)));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => PublishAsync(c, exchange: "", others)));
        // What belongs to others.
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.QueueDeclareAsync($"{own}_more")));
        Assert.Equal(
            AccessRefused,
            await RefusalAsync(connection, c => c.QueueDeclareAsync(AgentQueues.For(Guid.CreateVersion7())))
        );
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.QueueDeleteAsync(others)));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.QueuePurgeAsync(others)));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.ExchangeDeleteAsync(reports)));
        Assert.Equal(AccessRefused, await RefusalAsync(connection, c => c.ExchangeDeclareAsync("new", "fanout")));
        // Another's name.
        var forged = NodesHost.Heartbeat(other);
        Assert.Equal(
            PreconditionFailed,
            await RefusalAsync(connection, c => OwnBroker.PublishAsync(c, forged, AgentUser.Of(other)))
        );
    }

    [Fact]
    public async Task may_not_use_the_management_API()
    {
        var host = await StartAsync(broker.Settings);
        using var http = broker.Management(await JoinAsync(host, Guid.CreateVersion7()));

        using var response = await http.GetAsync("api/whoami");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task cannot_report_for_another_node()
    {
        var host = await StartAsync(broker.Settings);
        using var refused = new RefusedMessages(host.Services);
        var (id, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var connection = await OwnBroker.ConnectAsync(await JoinAsync(host, id));
        _ = await JoinAsync(host, other);
        await host.ListensAsync();
        var before = await host.DumpAsync("node", "node_heartbeat");
        var forged = NodesHost.Heartbeat(other, NodesHost.Inventory(gpus: 8));

        await using (var channel = await connection.CreateChannelAsync(_confirming))
        {
            await OwnBroker.PublishAsync(channel, forged, AgentUser.Of(id));
            await OwnBroker.PublishAsync(channel, forged, userId: null);
            // Its own, but unsigned.
            await OwnBroker.PublishAsync(channel, NodesHost.Heartbeat(id), userId: null);
        }

        await UntilAsync("all three to be refused", () => Task.FromResult(refused.Count == 3));
        Assert.Equal(before, await host.DumpAsync("node", "node_heartbeat"));
        Assert.Equal("node_joined", await host.HistoryAsync(other));
        await AssertDroppedAsync("nodes-record-heartbeat");

        await using (var channel = await connection.CreateChannelAsync(_confirming))
        {
            await OwnBroker.PublishAsync(channel, NodesHost.Heartbeat(id), AgentUser.Of(id));
        }

        await UntilAsync("its own to be stored", async () => (await host.NodeAsync(id)).Usage is not null);
        Assert.Equal(3, refused.Count);
    }

    [Theory]
    [InlineData("platform", true)]
    [InlineData("platform", false, "--Messaging:Management=")]
    [InlineData("platform", true, "--Messaging:SharedAgentUser=platform")]
    public async Task is_not_needed_where_agents_share_one(string user, bool signs, params string[] settings)
    {
        var isShared = settings.Length > 0;
        var host = await StartAsync([.. broker.Settings, .. settings]);
        using var refused = new RefusedMessages(host.Services);
        var id = await host.JoinAsync();
        await host.ListensAsync();
        await using var connection = await OwnBroker.ConnectAsync(broker.Address);
        await using var channel = await connection.CreateChannelAsync(_confirming);

        await OwnBroker.PublishAsync(channel, NodesHost.Heartbeat(id), signs ? user : null);

        await UntilAsync(
            isShared ? "it to be stored" : "it to be refused",
            async () => isShared ? (await host.NodeAsync(id)).Usage is not null : refused.Count == 1
        );
        Assert.Equal(isShared ? 0 : 1, refused.Count);
        Assert.Equal(isShared, (await host.NodeAsync(id)).Usage is not null);
    }

    [Fact]
    public async Task cannot_stop_a_service_with_what_it_cannot_handle()
    {
        var host = await StartAsync(broker.Settings);
        var id = Guid.CreateVersion7();
        await using var connection = await OwnBroker.ConnectAsync(await JoinAsync(host, id));
        var reports = AgentUser.ExchangeOf(typeof(NodeHeartbeat));
        await host.ListensAsync();
        await using (var channel = await connection.CreateChannelAsync(_confirming))
        {
            var signed = new BasicProperties
            {
                UserId = AgentUser.Of(id),
                ContentType = "application/vnd.masstransit+json",
            };
            await channel.BasicPublishAsync(reports, "", mandatory: true, signed, "nonsense"u8.ToArray());
            await channel.BasicPublishAsync(
                reports,
                "",
                mandatory: true,
                signed,
                """{"messageType":["urn:message:Some:Other"],"message":{}}"""u8.ToArray()
            );
            await OwnBroker.PublishAsync(channel, NodesHost.Heartbeat(id), AgentUser.Of(id));
        }

        await UntilAsync("what follows to be stored", async () => (await host.NodeAsync(id)).Usage is not null);
        await UntilAsync("the queue to be empty", async () => await DepthAsync("nodes-record-heartbeat") == 0);
        await AssertDroppedAsync("nodes-record-heartbeat");
    }

    [Fact]
    public async Task gets_a_new_password_each_time_it_joins()
    {
        var host = await StartAsync(broker.Settings);
        var id = Guid.CreateVersion7();
        var first = await JoinAsync(host, id);
        await using var early = await OwnBroker.ConnectAsync(first);

        var second = await JoinAsync(host, id);

        Assert.NotEqual(first, second);
        Assert.True(early.IsOpen);
        await using var late = await OwnBroker.ConnectAsync(second);
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => OwnBroker.ConnectAsync(first));
    }

    [Fact]
    public async Task is_deleted_with_its_node_and_made_again_when_that_joins_again()
    {
        var host = await StartAsync(broker.Settings);
        var id = Guid.CreateVersion7();
        var address = await JoinAsync(host, id);
        await using var connection = await OwnBroker.ConnectAsync(address);

        using var removed = await host.Http.DeleteAsync($"/api/nodes/{id}");

        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await UntilAsync("the connection to be closed", () => Task.FromResult(!connection.IsOpen));
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => OwnBroker.ConnectAsync(address));
        using (var renewed = await RenewAsync(host, id, Caller.Node(id)))
        {
            Assert.Equal(HttpStatusCode.NotFound, renewed.StatusCode);
        }

        await using var again = await OwnBroker.ConnectAsync(await JoinAsync(host, id));
    }

    [Fact]
    public async Task is_made_again_for_an_agent_that_the_broker_does_not_know()
    {
        var host = await StartAsync(broker.Settings);
        var id = Guid.CreateVersion7();
        _ = await JoinAsync(host, id);
        using (var management = broker.Management(broker.Address))
        {
            using var deleted = await management.DeleteAsync($"api/users/{AgentUser.Of(id)}");
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        using var renewed = await RenewAsync(host, id, Caller.Node(id));

        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        var access = (await renewed.Content.ReadFromJsonAsync<BrokerAccess>())!;
        await using var connection = await OwnBroker.ConnectAsync(access.Broker!);
    }

    [Fact]
    public async Task is_for_that_agent_only()
    {
        var host = await StartAsync(broker.Settings);
        var id = Guid.CreateVersion7();
        _ = await JoinAsync(host, id);

        foreach (var caller in (Caller[])[SignedIn.Administrator, Caller.Node(Guid.CreateVersion7())])
        {
            using var renewed = await RenewAsync(host, id, caller);
            Assert.Equal(HttpStatusCode.Forbidden, renewed.StatusCode);
        }
    }

    private static Task<HttpResponseMessage> RenewAsync(NodesHost host, Guid id, Caller caller) =>
        host.Http.SendAsAsync(caller, HttpMethod.Post, $"/api/nodes/{id}/broker-user");

    private static async Task<string> JoinAsync(NodesHost host, Guid id)
    {
        using var response = await host.TryJoinAsync(id);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JoinResponse>())!.Broker!;
    }

    private static async Task DeclareAsync(IConnection connection, string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(queue, "fanout", durable: true);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(queue, queue, routingKey: "");
    }

    private static ValueTask PublishAsync(IChannel channel, string exchange, string routingKey = "") =>
        channel.BasicPublishAsync(exchange, routingKey, mandatory: false, new BasicProperties(), "{}"u8.ToArray());

    private static Task<int> RefusalAsync(IConnection connection, Func<IChannel, ValueTask> act) =>
        RefusalAsync(connection, channel => act(channel).AsTask());

    /// <returns>The code with which the broker closed the channel; 0 when it did what was asked.</returns>
    private static async Task<int> RefusalAsync(IConnection connection, Func<IChannel, Task> act)
    {
        await using var channel = await connection.CreateChannelAsync(_confirming);
        try
        {
            await act(channel);
            return 0;
        }
        catch (Exception exception)
            when (exception is OperationInterruptedException or AlreadyClosedException or PublishException)
        {
            Assert.NotNull(channel.CloseReason);
            return channel.CloseReason.ReplyCode;
        }
    }

    /// <summary>What cannot be handled is in no queue beside the service's.</summary>
    private async Task AssertDroppedAsync(string queue)
    {
        await using var connection = await OwnBroker.ConnectAsync(broker.Address);
        foreach (var beside in (string[])[$"{queue}_error", $"{queue}_skipped"])
        {
            await using var channel = await connection.CreateChannelAsync();
            var missing = await Assert.ThrowsAsync<OperationInterruptedException>(() =>
                channel.QueueDeclarePassiveAsync(beside)
            );
            Assert.Equal(404, missing.ShutdownReason!.ReplyCode);
        }
    }

    private async Task<uint> DepthAsync(string queue)
    {
        await using var connection = await OwnBroker.ConnectAsync(broker.Address);
        await using var channel = await connection.CreateChannelAsync();
        return await channel.MessageCountAsync(queue);
    }
}
