using System.Diagnostics;
using Platform.Contracts.Nodes;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Placements;

[Trait("suite", "integration")]
public sealed class Placing_many_jobs : WithNodesHost
{
    [Fact]
    public async Task places_all_of_them_and_never_leases_a_GPU_twice()
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
            var granted = host.Received.All<PlacementGrantedMessage>();
            Assert.InRange((await host.NodeAsync(node)).Leases.Count, 0, 8);
            foreach (var grant in granted.Skip(released))
            {
                await host.Bus.Publish(NodesHost.Release(grant.JobId));
                released++;
            }

            await Task.Yield();
        }

        await UntilAsync(
            "all leases to be removed",
            async () => (await host.DumpAsync("lease", "lease_gpu")).Length == 0
        );
        Assert.Equal(
            Jobs,
            host.Received.All<PlacementGrantedMessage>().Select(grant => grant.JobId).Distinct().Count()
        );
    }
}
