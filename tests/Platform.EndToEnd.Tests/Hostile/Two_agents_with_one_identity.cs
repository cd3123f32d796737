using Platform.EndToEnd.Tests.Faults;

namespace Platform.EndToEnd.Tests.Hostile;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Two_agents_with_one_identity(TwoNodeCluster cluster)
{
    [Fact]
    public async Task are_one_node_kept_by_the_first_while_the_other_logs_why_it_waits()
    {
        var original = Path.Combine(cluster.Data, "original");
        var copy = Path.Combine(cluster.Data, "copy");
        await using (var first = await ExtraAgent.StartAsync(cluster, "duplicate", original))
        {
            await first.WaitUntilOnlineAsync();
            // Its node is online a moment before the agent has stored that it has joined.
            await WaitFor.ConditionAsync(
                "the agent to store that it has joined",
                () => Task.FromResult(ClusterBroker.IdentityOf(original)["nodeToken"] is not null)
            );
            Directory.CreateDirectory(copy);
            File.Copy(Path.Combine(original, "identity.json"), Path.Combine(copy, "identity.json"));

            await using var second = await ExtraAgent.StartAsync(cluster, "duplicate", copy, logName: "duplicate-copy");
            await WaitFor.ConditionAsync(
                "the copy to log why it waits",
                async () =>
                    (await second.LogAsync()).Contains(
                        "Another agent uses this node's identity",
                        StringComparison.Ordinal
                    )
            );
            var jobs = new List<Guid>();
            for (var i = 0; i < 4; i++)
            {
                jobs.Add(await cluster.Api.SubmitAsync(CountingJob.Create(steps: 20, pause: 0.05, kind: "duplicate")));
            }

            foreach (var id in jobs)
            {
                await cluster.Api.AssertCountedAsync(id, steps: 20);
            }

            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(copy, "attempts")));
            Assert.Equal(jobs.Count, Directory.GetDirectories(Path.Combine(original, "attempts")).Length);
        }

        await cluster.AssertNothingRemainsAsync();
    }
}
