using System.Net;
using System.Net.Http.Json;
using Platform.Contracts.Nodes;
using Platform.Nodes.Heartbeats;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Heartbeats;

[Trait("suite", "integration")]
public sealed class Telemetry_of_a_node : WithNodesHost
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
            using var first = await host.SendHeartbeatAsync(heartbeat);
            clock.Advance(TimeSpan.FromSeconds(1));
            using var repeat = await host.SendHeartbeatAsync(heartbeat);
        }

        Assert.Equal([0, 0.1, 0.2, 0.3, 0.4], await ReadAsync(host, id, 15));
        Assert.Equal([0.3, 0.4], await ReadAsync(host, id, 1));
    }

    [Fact]
    public async Task is_downsampled_and_deleted_when_it_is_old()
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
    public async Task needs_a_node_and_a_valid_time_span()
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
