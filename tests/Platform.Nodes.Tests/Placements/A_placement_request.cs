using System.Net.Http.Json;
using Platform.Contracts.Nodes;
using Platform.Nodes.Placements;
using Platform.Nodes.Tests.Hosting;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Tests.Placements;

[Trait("suite", "integration")]
public sealed class A_placement_request : WithNodesHost
{
    [Fact]
    public async Task is_granted_without_waiting_for_a_poll()
    {
        var host = await StartAsync("--Nodes:PollSeconds=60");
        var node = await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 2));
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(Guid.CreateVersion7(), cpus: 0.1));
        await host.Received.OneAsync<PlacementGrantedMessage>();

        await host.Bus.Publish(NodesHost.Request(jobId, gpus: 1));

        var granted = await host.Received.OneAsync<PlacementGrantedMessage>(message => message.JobId == jobId);
        var placed = Assert.Single(granted.Nodes);
        Assert.Equal((1, node, "lab1"), (granted.Attempt, placed.NodeId, placed.NodeName));
        Assert.Equal([0], placed.Gpus);
        var view = await host.NodeAsync(node);
        Assert.Equal(jobId, view.Gpus[0].JobId);
        Assert.Equal((1, 2.9), (view.Free.Gpus, view.Free.Cpus));
        Assert.Equal(2, view.Leases.Count);
    }

    [Fact]
    public async Task again_is_answered_with_its_state()
    {
        var host = await StartAsync();
        await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        var request = NodesHost.Request(jobId);
        await host.Bus.Publish(request);
        await host.Received.OneAsync<PlacementGrantedMessage>();

        await host.Bus.Publish(request);
        var again = await host.Received.OneAsync<PlacementGrantedMessage>(number: 2);
        Assert.Equal("lab1", Assert.Single(again.Nodes).NodeName);

        await host.Bus.Publish(NodesHost.Confirm(jobId));
        await host.Received.OneAsync<PlacementGrantedMessage>(number: 3);

        await host.Bus.Publish(NodesHost.Release(jobId));
        await host.Received.OneAsync<PlacementReleasedMessage>();
        await host.Bus.Publish(NodesHost.Release(jobId));
        await host.Received.OneAsync<PlacementReleasedMessage>(number: 2);
        await host.Bus.Publish(request);
        await host.Received.OneAsync<PlacementReleasedMessage>(number: 3);

        Assert.Equal("placement_requested placement_granted placement_released", await host.HistoryAsync(jobId));
        Assert.Equal("", await host.DumpAsync("placement_request", "lease"));
    }

    [Fact]
    public async Task for_the_next_attempt_releases_the_previous_one()
    {
        var host = await StartAsync();
        await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 1));
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId, gpus: 1));
        await host.Received.OneAsync<PlacementGrantedMessage>();

        await host.Bus.Publish(NodesHost.Request(jobId, attempt: 2, gpus: 1));

        await host.Received.OneAsync<PlacementReleasedMessage>(message => message.Attempt == 1);
        await host.Received.OneAsync<PlacementGrantedMessage>(message => message.Attempt == 2);
        await host.Bus.Publish(NodesHost.Confirm(jobId, attempt: 1));
        await host.Received.OneAsync<PlacementReleasedMessage>(message => message.Attempt == 1, number: 2);
    }

    [Fact]
    public async Task that_was_never_made_is_confirmed_as_lost_and_released_as_done()
    {
        var host = await StartAsync();
        var jobId = Guid.CreateVersion7();

        await host.Bus.Publish(NodesHost.Confirm(jobId));
        Assert.Equal(jobId, (await host.Received.OneAsync<PlacementLostMessage>()).JobId);
        await host.Bus.Publish(NodesHost.Release(jobId));
        Assert.Equal(jobId, (await host.Received.OneAsync<PlacementReleasedMessage>()).JobId);
    }

    [Fact]
    public async Task after_its_release_leases_nothing()
    {
        var host = await StartAsync();
        await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Release(jobId));
        await host.Received.OneAsync<PlacementReleasedMessage>();

        await host.Bus.Publish(NodesHost.Request(jobId));

        await host.Received.OneAsync<PlacementReleasedMessage>(number: 2);
        Assert.Equal("placement_released", await host.HistoryAsync(jobId));
    }

    [Fact]
    public async Task that_fits_no_node_reports_the_reason_once_and_blocks_no_other()
    {
        var host = await StartAsync("--Nodes:ReasonSeconds=0");
        await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 2));
        var (large, small) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.Bus.Publish(NodesHost.Request(large, gpus: 64));
        var waiting = await host.Received.OneAsync<PlacementWaitingMessage>();
        Assert.Equal((large, "needs 64 GPUs; the largest node has 2"), (waiting.JobId, waiting.Reason));
        await RecordedAsync(host, reasons: 1);

        await host.Bus.Publish(NodesHost.Request(small, gpus: 2));
        await host.Received.OneAsync<PlacementGrantedMessage>(message => message.JobId == small);

        var queue = (await host.Http.GetFromJsonAsync<Page<WaitingPlacement>>("/api/nodes/placements"))!;
        var entry = Assert.Single(queue.Items);
        Assert.Equal((large, 1, waiting.Reason, 64), (entry.JobId, entry.Position, entry.Reason, entry.Gpus));
        Assert.Equal("placement.too-many-gpus", waiting.ReasonCode!.Code);
        Assert.Equal(waiting.ReasonCode, entry.ReasonCode);
        Assert.Equal((1, null), (queue.Total, queue.NextCursor));
        Assert.Single(host.Received.All<PlacementWaitingMessage>());

        await host.Bus.Publish(NodesHost.Confirm(large));
        var repeated = await host.Received.OneAsync<PlacementWaitingMessage>(number: 2);
        Assert.Equal((waiting.Reason, waiting.ReasonCode), (repeated.Reason, repeated.ReasonCode));

        await host.JoinAsync("lab2", NodesHost.Inventory(gpus: 64));
        await host.Received.OneAsync<PlacementGrantedMessage>(message => message.JobId == large);
        Assert.Equal("", await host.DumpAsync("placement_request", "placement_reason"));
    }

    [Fact]
    public async Task waits_until_its_not_before_time()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=600");
        await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        var now = clock.GetUtcNow();
        await host.Bus.Publish(NodesHost.Request(jobId, notBefore: now.AddSeconds(5), submittedAt: now));
        Assert.Equal(
            "waiting until 2026-01-02T03:04:10Z",
            (await host.Received.OneAsync<PlacementWaitingMessage>()).Reason
        );
        Assert.Empty(host.Received.All<PlacementGrantedMessage>());

        clock.Advance(TimeSpan.FromSeconds(5));

        await host.Received.OneAsync<PlacementGrantedMessage>(message => message.JobId == jobId);
    }

    [Fact]
    public async Task without_a_back_off_is_granted_when_it_was_submitted_by_a_clock_that_is_ahead()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=600");
        await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        var submittedAt = clock.GetUtcNow().AddMinutes(5);

        await host.Bus.Publish(NodesHost.Request(jobId, notBefore: submittedAt, submittedAt: submittedAt));

        await host.Received.OneAsync<PlacementGrantedMessage>(message => message.JobId == jobId);
    }

    [Fact]
    public async Task is_granted_in_order_of_priority()
    {
        var host = await StartAsync();
        var node = await host.JoinAsync("lab1", NodesHost.Inventory(cpus: 1));
        var (first, low, high) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.Bus.Publish(NodesHost.Request(first));
        await host.Received.OneAsync<PlacementGrantedMessage>();
        await host.Bus.Publish(NodesHost.Request(low, priority: 10));
        await host.Bus.Publish(NodesHost.Request(high, priority: 90));
        await host.Received.OneAsync<PlacementWaitingMessage>(message => message.JobId == low);
        await host.Received.OneAsync<PlacementWaitingMessage>(message => message.JobId == high);

        await host.Bus.Publish(NodesHost.Release(first));

        await host.Received.OneAsync<PlacementGrantedMessage>(number: 2);
        Assert.Equal(high, Assert.Single((await host.NodeAsync(node)).Leases).JobId);
    }

    [Fact]
    public async Task is_listed_in_pages()
    {
        var host = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await host.Bus.Publish(NodesHost.Request(Guid.CreateVersion7(), priority: i));
        }

        await host.Received.OneAsync<PlacementWaitingMessage>(number: 5);
        await RecordedAsync(host, reasons: 5);
        var priorities = new List<int>();
        string? cursor = "";
        while (cursor is not null)
        {
            var query = cursor.Length == 0 ? "" : $"&cursor={cursor}";
            var page = (
                await host.Http.GetFromJsonAsync<Page<WaitingPlacement>>($"/api/nodes/placements?limit=2{query}")
            )!;
            Assert.Equal(5, page.Total);
            Assert.All(page.Items, item => Assert.Equal("no node is online", item.Reason));
            priorities.AddRange(page.Items.Select(item => item.Priority));
            cursor = page.NextCursor;
        }

        Assert.Equal([4, 3, 2, 1, 0], priorities);
    }

    /// <summary>A reason is recorded, and listed, after it was published.</summary>
    private static Task RecordedAsync(NodesHost host, int reasons) =>
        UntilAsync(
            $"{reasons} reasons to be recorded",
            async () => (await host.DumpAsync("placement_reason")).Split('\n').Count(row => row.Length > 0) == reasons
        );
}
