using Platform.Contracts.Nodes;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Placements;

/// <summary>More requests than the scheduler reads one by one.</summary>
[Trait("suite", "integration")]
public sealed class A_long_queue : WithNodesHost
{
    private const int Requests = 230;
    private const string Behind = "waiting for 1 CPU; other jobs are ahead";

    [Fact]
    public async Task of_requests_that_fit_no_node_delays_none_that_fits()
    {
        var host = await StartAsync("--Nodes:PollSeconds=60");
        await host.JoinAsync("lab1", NodesHost.Inventory(cpus: 1));
        await RequestAsync(host, Requests, gpus: 64, priority: 90);
        await host.Received.OneAsync<PlacementWaitingMessage>(number: Requests);
        var small = Guid.CreateVersion7();

        await host.Bus.Publish(NodesHost.Request(small, priority: 10));

        await host.Received.OneAsync<PlacementGrantedMessage>(message => message.JobId == small);
    }

    [Fact]
    public async Task is_told_one_reason_each_and_by_class_where_positions_do_not_count()
    {
        var host = await StartAsync("--Nodes:ReasonSeconds=3600");
        await host.JoinAsync("lab1", NodesHost.Inventory(cpus: 1));
        await RequestAsync(host, 1);
        await host.Received.OneAsync<PlacementGrantedMessage>();

        var jobs = await RequestAsync(host, Requests);

        await host.Received.OneAsync<PlacementWaitingMessage>(number: Requests);
        var told = host.Received.All<PlacementWaitingMessage>();
        Assert.Equal(jobs.Order(), told.Select(message => message.JobId).Order());
        Assert.Contains(told, message => message.Reason == Behind);
        Assert.All(
            told.Where(message => message.Reason == Behind),
            message => Assert.Equal("placement.cpus-behind-others", message.ReasonCode!.Code)
        );
        Assert.Contains(told, message => message.Reason == "waiting for 1 CPU; it is next");
    }

    [Fact]
    public async Task is_told_in_bulk_when_what_it_waits_for_changes()
    {
        var host = await StartAsync("--Nodes:ReasonSeconds=0.1");
        var node = await host.JoinAsync("lab1", NodesHost.Inventory(cpus: 1));
        await RequestAsync(host, 1);
        await host.Received.OneAsync<PlacementGrantedMessage>();
        var jobs = await RequestAsync(host, Requests);
        await host.Received.OneAsync<PlacementWaitingMessage>(number: Requests);

        using var drained = await host.Http.PostAsync($"/api/nodes/{node}/drain", null);
        drained.EnsureSuccessStatusCode();

        const string Draining = "waiting for node lab1, which is draining";
        await UntilAsync(
            "all to be told",
            () =>
            {
                var one = host.Received.All<PlacementWaitingMessage>().Where(m => m.Reason == Draining);
                var many = host.Received.All<PlacementReasonChangedMessage>().Where(m => m.Reason == Draining);
                var told = one.Select(m => m.JobId).Concat(many.SelectMany(m => m.Waiting).Select(w => w.JobId));
                return Task.FromResult(!jobs.Except(told).Any());
            }
        );
        var changed = host.Received.All<PlacementReasonChangedMessage>();
        Assert.InRange(changed.Count, 1, 20);
        Assert.All(
            changed.Where(m => m.Reason == Draining),
            m => Assert.Equal(("placement.node-draining", "lab1"), (m.ReasonCode!.Code, m.ReasonCode.Args!["node"]))
        );
    }

    [Fact]
    public async Task is_granted_to_its_end()
    {
        var host = await StartAsync("--Nodes:PollSeconds=60");
        var jobs = await RequestAsync(host, Requests);
        await host.Received.OneAsync<PlacementWaitingMessage>(number: Requests);

        await host.JoinAsync("lab1", NodesHost.Inventory(cpus: Requests, memoryMiB: 1_000_000));

        await host.Received.OneAsync<PlacementGrantedMessage>(number: Requests);
        Assert.Equal(jobs.Order(), host.Received.All<PlacementGrantedMessage>().Select(m => m.JobId).Order());
        Assert.Equal("", await host.DumpAsync("placement_request", "placement_reason"));
    }

    [Fact]
    public async Task is_confirmed_only_where_it_is_not_so()
    {
        var host = await StartAsync();
        await host.JoinAsync("lab1", NodesHost.Inventory(cpus: 1));
        var granted = (await RequestAsync(host, 1))[0];
        await host.Received.OneAsync<PlacementGrantedMessage>();
        var waiting = (await RequestAsync(host, 1))[0];
        await host.Received.OneAsync<PlacementWaitingMessage>();

        await host.Bus.Publish(
            new ConfirmWaiting
            {
                Waiting =
                [
                    .. new[] { waiting, granted }.Select(job => new WaitingAttempt { JobId = job, Attempt = 1 }),
                ],
            }
        );

        var again = await host.Received.OneAsync<PlacementGrantedMessage>(number: 2);
        Assert.Equal(granted, again.JobId);
        Assert.Single(host.Received.All<PlacementWaitingMessage>());
    }

    private static async Task<List<Guid>> RequestAsync(NodesHost host, int count, int gpus = 0, int priority = 50)
    {
        var jobs = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToList();
        await Task.WhenAll(
            jobs.Select(job => host.Bus.Publish(NodesHost.Request(job, gpus: gpus, priority: priority)))
        );
        return jobs;
    }
}
