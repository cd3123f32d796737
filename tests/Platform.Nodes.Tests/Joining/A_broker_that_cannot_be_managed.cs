using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Platform.Contracts.Nodes;
using Platform.LocalServers;
using Platform.Messaging;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Joining;

[Trait("suite", "integration")]
public sealed class A_broker_that_cannot_be_managed : WithNodesHost
{
    [Theory]
    [InlineData(401)]
    [InlineData(500)]
    [InlineData(302)]
    public async Task keeps_a_machine_from_joining_until_it_can(int status)
    {
        var answer = status;
        await using var management = WebApplication.CreateSlimBuilder().Build();
        management.Urls.Add("http://127.0.0.1:0");
        var asked = new List<string>();
        management.Run(context =>
        {
            lock (asked)
            {
                asked.Add($"{context.Request.Method} {context.Request.Path}");
            }

            context.Response.StatusCode = answer;
            return Task.CompletedTask;
        });
        await management.StartAsync();
        var host = await StartAsync(SettingsFor(management.Urls.Single()));
        var id = Guid.CreateVersion7();

        await AssertRefusedAsync(host, id);

        answer = StatusCodes.Status204NoContent;
        using var joined = await host.TryJoinAsync(id);
        Assert.Equal(HttpStatusCode.OK, joined.StatusCode);
        var broker = new Uri((await joined.Content.ReadFromJsonAsync<JoinResponse>())!.Broker!);
        Assert.Equal(
            ("agents.example", "/lab", AgentUser.Of(id)),
            (broker.Host, broker.AbsolutePath, broker.UserInfo.Split(':')[0])
        );
        Assert.Equal("node_joined", await host.HistoryAsync(id));
        string[] expected =
        [
            $"PUT /api/users/{AgentUser.Of(id)}",
            $"PUT /api/users/{AgentUser.Of(id)}",
            $"PUT /api/permissions/lab/{AgentUser.Of(id)}",
        ];
        Assert.Equal(expected, asked);
    }

    [Fact]
    public async Task keeps_a_machine_from_joining_while_it_is_away()
    {
        var host = await StartAsync(SettingsFor($"http://127.0.0.1:{Ports.Free()}"));

        await AssertRefusedAsync(host, Guid.CreateVersion7());
    }

    [Fact]
    public async Task does_not_keep_a_node_from_being_removed()
    {
        var id = Guid.CreateVersion7();
        var without = await StartAsync();
        using (var joined = await without.TryJoinAsync(id))
        {
            Assert.Equal(HttpStatusCode.OK, joined.StatusCode);
        }

        await StopAsync(without);
        var host = await StartAsync(SettingsFor($"http://127.0.0.1:{Ports.Free()}"));

        using var removed = await host.Http.DeleteAsync($"/api/nodes/{id}");

        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
    }

    private static async Task AssertRefusedAsync(NodesHost host, Guid id)
    {
        using var refused = await host.TryJoinAsync(id);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        var problem = (await refused.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.EndsWith("node.broker-unavailable", problem["type"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("", await host.HistoryAsync(id));
        Assert.Empty((await host.Http.GetFromJsonAsync<JsonNode>("/api/nodes"))!["items"]!.AsArray());
    }

    private static string[] SettingsFor(string management) =>
        [
            "--Messaging:Transport=RabbitMq",
            $"--Messaging:RabbitMq=amqp://platform:secret@127.0.0.1:{Ports.Free()}/",
            $"--Messaging:Management={management}",
            "--Nodes:AgentBroker=amqp://agents.example/lab",
        ];
}
