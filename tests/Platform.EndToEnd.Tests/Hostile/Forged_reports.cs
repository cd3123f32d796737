using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Faults;
using RabbitMQ.Client;

namespace Platform.EndToEnd.Tests.Hostile;

/// <summary>What a training can do that took its agent's password for the broker from the state folder.</summary>
[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Forged_reports(TwoNodeCluster cluster)
{
    private const string Reports = "Platform.Contracts.Agents:ProcessExited";
    private const string Queue = "jobs-record-process-exited";
    private static readonly CreateChannelOptions _confirming = new(
        publisherConfirmationsEnabled: true,
        publisherConfirmationTrackingEnabled: true
    );

    [Fact]
    public async Task of_the_end_of_an_attempt_on_another_node_change_nothing()
    {
        const int Steps = 200;
        var id = await cluster.Api.SubmitAsync(CountingJob.Create(Steps, pause: 0.05));
        var job = await cluster.Api.WaitForStatusAsync(id, "running");
        var holder = job["nodes"]![0]!["nodeId"]!.GetValue<Guid>();
        var (refused, handled) = await CountAsync();
        var seen = (refused, handled);

        var state = OtherAgent(holder);
        var other = ClusterBroker.IdentityOf(state)["nodeId"]!.GetValue<Guid>();
        var user = $"agent-{other:N}";
        await using var connection = await ClusterBroker.ConnectAsAsync(state);
        await using (var channel = await connection.CreateChannelAsync(_confirming))
        {
            await PublishAsync(channel, Exited(holder, id), user);
            await PublishAsync(channel, Exited(holder, id), userId: null);
            // In its own name, about an attempt that it does not hold.
            await PublishAsync(channel, Exited(other, id), user);
        }

        await WaitFor.ConditionAsync(
            "two reports to be refused and the third to be ignored",
            async () => (seen = await CountAsync()) == (refused + 2, handled + 1),
            describe: () => $"Before: {(refused, handled)}, now: {seen}"
        );
        Assert.Equal("running", (await cluster.Api.GetAsync($"/api/jobs/{id}"))["status"]!.GetValue<string>());
        await cluster.Api.AssertCountedAsync(id, Steps);
        await cluster.AssertNothingRemainsAsync();
    }

    private string OtherAgent(Guid holder) =>
        Directory
            .GetDirectories(Path.Combine(cluster.Data, "cluster", "agents"))
            .First(folder => ClusterBroker.IdentityOf(folder)["nodeId"]!.GetValue<Guid>() != holder);

    private static JsonObject Exited(Guid node, Guid job) =>
        new()
        {
            ["reportId"] = Guid.CreateVersion7(),
            ["nodeId"] = node,
            ["jobId"] = job,
            ["attempt"] = 1,
            ["at"] = TimeProvider.System.GetUtcNow(),
            ["exitCode"] = 1,
            ["reason"] = "exit_code",
        };

    private static async Task PublishAsync(IChannel channel, JsonObject report, string? userId)
    {
        var envelope = new JsonObject
        {
            ["messageId"] = Guid.CreateVersion7(),
            ["messageType"] = new JsonArray($"urn:message:{Reports}"),
            ["message"] = report,
        };
        var properties = new BasicProperties { ContentType = "application/vnd.masstransit+json" };
        if (userId is not null)
        {
            properties.UserId = userId;
        }

        await channel.BasicPublishAsync(
            Reports,
            routingKey: "",
            mandatory: true,
            properties,
            JsonSerializer.SerializeToUtf8Bytes(envelope)
        );
    }

    /// <summary>How many reports of ends the jobs service has refused, and how many got to its consumer.</summary>
    private async Task<(double Refused, double Handled)> CountAsync()
    {
        using var http = new HttpClient();
        var scrape = await Scrape.OfAsync(http, new Uri(cluster.AddressOf("jobs"), "/metrics"));
        return (
            scrape.Value("platform_agent_messages_refused_total", ("messaging_message_type", "ProcessExited")) ?? 0,
            scrape.Value("messaging_process_duration_seconds_count", ("messaging_destination_name", Queue)) ?? 0
        );
    }
}
