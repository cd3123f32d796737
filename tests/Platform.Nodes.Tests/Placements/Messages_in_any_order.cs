using Platform.Nodes.Placements;
using Platform.Nodes.Tests.Hosting;

namespace Platform.Nodes.Tests.Placements;

[Trait("suite", "integration")]
public sealed class Messages_in_any_order : WithNodesHost
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task leave_no_lease_and_grant_each_attempt_at_most_once(int seed)
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

        // The last attempt of every job has ended; whatever the order of the messages, nothing waits or holds a lease.
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
