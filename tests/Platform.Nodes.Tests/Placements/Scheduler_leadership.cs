using Npgsql;
using Platform.EventStore;
using Platform.Nodes.Leading;
using Platform.Nodes.Membership;
using Platform.Nodes.Placements;
using Platform.Nodes.Tests.Hosting;
using PlacementGranted = Platform.Nodes.Placements.PlacementGranted;

namespace Platform.Nodes.Tests.Placements;

[Trait("suite", "integration")]
public sealed class Scheduler_leadership : WithNodesHost
{
    [Fact]
    public async Task is_held_by_one_process_and_taken_over_when_it_ends()
    {
        var first = await StartAsync();
        await first.JoinAsync();
        await GrantedAsync(first, Guid.CreateVersion7());
        var second = await StartAsync();

        // The first leads; it finds the request that the second received at its next poll.
        await GrantedAsync(second, Guid.CreateVersion7());
        Assert.Equal("scheduler_term (t,1)", await second.DumpAsync("scheduler_term"));

        await StopAsync(first);

        await GrantedAsync(second, Guid.CreateVersion7());
        Assert.Equal("scheduler_term (t,2)", await second.DumpAsync("scheduler_term"));
    }

    [Fact]
    public async Task is_fenced_by_its_term()
    {
        var host = await StartAsync();
        await host.JoinAsync();
        await GrantedAsync(host, Guid.CreateVersion7());
        var granted = new PlacementGranted(1, [], TimeProvider.System.GetUtcNow());

        var late = host.Store.AppendAsync(
            Guid.CreateVersion7().ToString(),
            "placement",
            ExpectedVersion.New,
            [granted],
            sideEffects: batch => batch.Add("select scheduler_term_check($1)", 0L)
        );

        var refused = await Assert.ThrowsAsync<PostgresException>(() => late);
        Assert.Equal(Leadership.Superseded, refused.SqlState);
        Assert.Equal("scheduler_term (t,1)", await host.DumpAsync("scheduler_term"));
    }

    [Fact]
    public async Task is_taken_again_after_the_session_broke()
    {
        var host = await StartAsync();
        await host.JoinAsync();
        await GrantedAsync(host, Guid.CreateVersion7());

        await using (
            var command = host.Store.DataSource.CreateCommand(
                """
                select pg_terminate_backend(pid) from pg_locks
                where locktype = 'advisory' and pid <> pg_backend_pid()
                  and database = (select oid from pg_database where datname = current_database())
                """
            )
        )
        {
            await command.ExecuteNonQueryAsync();
        }

        await UntilAsync("the next term", async () => await host.DumpAsync("scheduler_term") == "scheduler_term (t,2)");
        await GrantedAsync(host, Guid.CreateVersion7());
    }

    [Fact]
    public async Task cannot_lease_a_GPU_twice()
    {
        var host = await StartAsync();
        var node = await host.JoinAsync("lab1", NodesHost.Inventory(gpus: 1));
        var holder = Guid.CreateVersion7();
        await host.Bus.Publish(NodesHost.Request(holder, gpus: 1));
        await host.Received.OneAsync<Contracts.Nodes.PlacementGrantedMessage>();
        var second = new PlacementGranted(
            1,
            [new GrantedNode(node, "lab1", [0], 1, 1)],
            TimeProvider.System.GetUtcNow()
        );

        var twice = await Assert.ThrowsAsync<PostgresException>(() =>
            host.Store.AppendAsync(Guid.CreateVersion7().ToString(), "placement", ExpectedVersion.New, [second])
        );

        Assert.Equal(PostgresErrorCodes.UniqueViolation, twice.SqlState);
        Assert.Equal(holder, Assert.Single((await host.NodeAsync(node)).Leases).JobId);
    }

    private static async Task GrantedAsync(NodesHost host, Guid jobId)
    {
        await host.Bus.Publish(NodesHost.Request(jobId, cpus: 0.1));
        await UntilAsync(
            "the job to be placed",
            async () => await host.HistoryAsync(jobId) == "placement_requested placement_granted"
        );
    }
}
