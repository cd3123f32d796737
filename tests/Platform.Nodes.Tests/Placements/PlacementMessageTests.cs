using System.Diagnostics;
using System.Net.Http.Json;
using Platform.Contracts.Nodes;
using Platform.Nodes.Placements;
using Platform.Nodes.Tests.Hosting;
using Platform.ServiceDefaults;

namespace Platform.Nodes.Tests.Placements;

[Trait("suite", "integration")]
public sealed class A_request_for_a_place : HostedTests
{
    [Fact]
    public async Task is_granted_without_waiting_for_a_poll()
    {
        var host = await StartAsync("--Nodes:PollSeconds=60");
        var node = await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 2));
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(Guid.CreateVersion7(), cpus: 0.1));
        await host.Heard.OneAsync<PlacementGrantedMessage>();

        await host.Bus.Publish(NodesHost.Request(jobId, gpus: 1));

        var granted = await host.Heard.OneAsync<PlacementGrantedMessage>(message => message.JobId == jobId);
        var placed = Assert.Single(granted.Nodes);
        Assert.Equal((1, node, "lab1"), (granted.Attempt, placed.NodeId, placed.NodeName));
        Assert.Equal([0], placed.Gpus);
        var view = await host.NodeAsync(node);
        Assert.Equal(jobId, view.Gpus[0].JobId);
        Assert.Equal((1, 2.9), (view.Free.Gpus, view.Free.Cpus));
        Assert.Equal(2, view.Leases.Count);
    }

    [Fact]
    public async Task again_is_answered_with_how_it_stands()
    {
        var host = await StartAsync();
        await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        var request = NodesHost.Request(jobId);
        await host.Bus.Publish(request);
        await host.Heard.OneAsync<PlacementGrantedMessage>();

        await host.Bus.Publish(request);
        var again = await host.Heard.OneAsync<PlacementGrantedMessage>(number: 2);
        Assert.Equal("lab1", Assert.Single(again.Nodes).NodeName);

        await host.Bus.Publish(NodesHost.Confirm(jobId));
        await host.Heard.OneAsync<PlacementGrantedMessage>(number: 3);

        await host.Bus.Publish(NodesHost.Release(jobId));
        await host.Heard.OneAsync<PlacementReleasedMessage>();
        await host.Bus.Publish(NodesHost.Release(jobId));
        await host.Heard.OneAsync<PlacementReleasedMessage>(number: 2);
        await host.Bus.Publish(request);
        await host.Heard.OneAsync<PlacementReleasedMessage>(number: 3);

        Assert.Equal("placement_requested placement_granted placement_released", await host.HistoryAsync(jobId));
        Assert.Equal("", await host.DumpAsync("placement_request", "lease"));
    }

    [Fact]
    public async Task for_the_next_attempt_gives_back_what_the_last_one_had()
    {
        var host = await StartAsync();
        await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 1));
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId, gpus: 1));
        await host.Heard.OneAsync<PlacementGrantedMessage>();

        await host.Bus.Publish(NodesHost.Request(jobId, attempt: 2, gpus: 1));

        await host.Heard.OneAsync<PlacementReleasedMessage>(message => message.Attempt == 1);
        await host.Heard.OneAsync<PlacementGrantedMessage>(message => message.Attempt == 2);
        await host.Bus.Publish(NodesHost.Confirm(jobId, attempt: 1));
        await host.Heard.OneAsync<PlacementReleasedMessage>(message => message.Attempt == 1, number: 2);
    }

    [Fact]
    public async Task nobody_made_is_answered_as_lost_and_its_release_as_done()
    {
        var host = await StartAsync();
        var jobId = Guid.CreateVersion7();

        await host.Bus.Publish(NodesHost.Confirm(jobId));
        Assert.Equal(jobId, (await host.Heard.OneAsync<PlacementLostMessage>()).JobId);
        await host.Bus.Publish(NodesHost.Release(jobId));
        Assert.Equal(jobId, (await host.Heard.OneAsync<PlacementReleasedMessage>()).JobId);
    }

    [Fact]
    public async Task that_came_after_its_release_leases_nothing()
    {
        var host = await StartAsync();
        await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Release(jobId));
        await host.Heard.OneAsync<PlacementReleasedMessage>();

        await host.Bus.Publish(NodesHost.Request(jobId));

        await host.Heard.OneAsync<PlacementReleasedMessage>(number: 2);
        Assert.Equal("placement_released", await host.HistoryAsync(jobId));
    }

    [Fact]
    public async Task that_no_node_could_do_says_why_once_and_stands_in_nobodys_way()
    {
        var host = await StartAsync("--Nodes:ReasonSeconds=0");
        await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 2));
        var (large, small) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.Bus.Publish(NodesHost.Request(large, gpus: 64));
        var waiting = await host.Heard.OneAsync<PlacementWaitingMessage>();
        Assert.Equal((large, "needs 64 GPUs; the largest node has 2"), (waiting.JobId, waiting.Reason));

        await host.Bus.Publish(NodesHost.Request(small, gpus: 2));
        await host.Heard.OneAsync<PlacementGrantedMessage>(message => message.JobId == small);

        var line = (await host.Http.GetFromJsonAsync<Page<WaitingPlacement>>("/api/nodes/placements"))!;
        var place = Assert.Single(line.Items);
        Assert.Equal((large, 1, waiting.Reason, 64), (place.JobId, place.Position, place.Reason, place.Gpus));
        Assert.Equal((1, null), (line.Total, line.NextCursor));
        Assert.Single(host.Heard.All<PlacementWaitingMessage>());

        await host.Bus.Publish(NodesHost.Confirm(large));
        Assert.Equal(waiting.Reason, (await host.Heard.OneAsync<PlacementWaitingMessage>(number: 2)).Reason);

        await host.JoinAsync("lab2", NodesHost.Inventory(gpus: 64));
        await host.Heard.OneAsync<PlacementGrantedMessage>(message => message.JobId == large);
        Assert.Equal("", await host.DumpAsync("placement_request", "placement_reason"));
    }

    [Fact]
    public async Task waits_for_its_time()
    {
        var clock = new FakeClock();
        var host = await StartAsync(clock, "--Nodes:HeartbeatSeconds=600");
        await host.JoinAsync();
        var jobId = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(jobId, notBefore: clock.GetUtcNow().AddSeconds(5)));
        Assert.Equal("waits until 2026-01-02T03:04:10Z", (await host.Heard.OneAsync<PlacementWaitingMessage>()).Reason);
        Assert.Empty(host.Heard.All<PlacementGrantedMessage>());

        clock.Advance(TimeSpan.FromSeconds(5));

        await host.Heard.OneAsync<PlacementGrantedMessage>(message => message.JobId == jobId);
    }

    [Fact]
    public async Task is_taken_in_order_of_priority()
    {
        var host = await StartAsync();
        var node = await host.JoinAsync("lab1", NodesHost.Inventory(cpus: 1));
        var (first, low, high) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await host.Bus.Publish(NodesHost.Request(first));
        await host.Heard.OneAsync<PlacementGrantedMessage>();
        await host.Bus.Publish(NodesHost.Request(low, priority: 10));
        await host.Bus.Publish(NodesHost.Request(high, priority: 90));
        await host.Heard.OneAsync<PlacementWaitingMessage>(message => message.JobId == low);
        await host.Heard.OneAsync<PlacementWaitingMessage>(message => message.JobId == high);

        await host.Bus.Publish(NodesHost.Release(first));

        await host.Heard.OneAsync<PlacementGrantedMessage>(number: 2);
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

        await host.Heard.OneAsync<PlacementWaitingMessage>(number: 5);
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
}

[Trait("suite", "integration")]
public sealed class Messages_in_any_order_and_number : HostedTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task leave_no_lease_behind_and_grant_each_attempt_at_most_once(int seed)
    {
        const int Jobs = 25;
        var host = await StartAsync();
        await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 4, cpus: 16));
        await host.JoinAsync("lab2", NodesHost.Inventory(gpus: 2, cpus: 8));
        var random = new Random(seed);
        var jobs = Enumerable.Range(0, Jobs).Select(_ => Guid.CreateVersion7()).ToList();
        var messages = jobs.SelectMany(MessagesOf).ToArray();
        random.Shuffle(messages);

        await Task.WhenAll(messages.Select(message => host.Bus.Publish(message, message.GetType())));

        // The last attempt of every job is over; whatever order that was learnt in, nothing waits or holds anything.
        await UntilAsync(
            "every job to be released",
            async () =>
            {
                var histories = await Task.WhenAll(jobs.Select(job => host.Store.ReadStreamAsync(job.ToString())));
                return histories.All(history =>
                    history.Count > 0 && history[^1].Data is Nodes.Placements.PlacementReleased { Attempt: 2 }
                );
            }
        );
        Assert.Equal("", await host.DumpAsync("placement_request", "lease", "lease_gpu"));
        foreach (var job in jobs)
        {
            var grants = (await host.Store.ReadStreamAsync(job.ToString()))
                .Select(stored => stored.Data)
                .OfType<Nodes.Placements.PlacementGranted>()
                .Select(granted => granted.Attempt)
                .ToList();
            Assert.Equal(grants.Distinct(), grants);
        }
    }

    private static IEnumerable<object> MessagesOf(Guid jobId)
    {
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var request = NodesHost.Request(jobId, attempt, gpus: 1);
            yield return request;
            yield return request;
            yield return NodesHost.Confirm(jobId, attempt);
            yield return NodesHost.Release(jobId, attempt);
            yield return NodesHost.Release(jobId, attempt);
        }
    }
}

[Trait("suite", "integration")]
public sealed class Placing_many_jobs : HostedTests
{
    [Fact]
    public async Task goes_on_until_all_have_had_their_turn_and_never_leases_a_GPU_twice()
    {
        const int Jobs = 300;
        var host = await StartAsync();
        var node = await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 8, cpus: 8));
        var jobs = Enumerable.Range(0, Jobs).Select(_ => Guid.CreateVersion7()).ToList();
        await Task.WhenAll(jobs.Select(job => host.Bus.Publish(NodesHost.Request(job, gpus: 1))));

        var released = 0;
        var watch = Stopwatch.StartNew();
        while (released < Jobs)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"Only {released} of {Jobs} jobs were placed.");
            var granted = host.Heard.All<PlacementGrantedMessage>();
            Assert.InRange((await host.NodeAsync(node)).Leases.Count, 0, 8);
            foreach (var grant in granted.Skip(released))
            {
                await host.Bus.Publish(NodesHost.Release(grant.JobId));
                released++;
            }

            await Task.Yield();
        }

        await UntilAsync("all leases to be gone", async () => (await host.DumpAsync("lease", "lease_gpu")).Length == 0);
        Assert.Equal(Jobs, host.Heard.All<PlacementGrantedMessage>().Select(grant => grant.JobId).Distinct().Count());
    }
}
