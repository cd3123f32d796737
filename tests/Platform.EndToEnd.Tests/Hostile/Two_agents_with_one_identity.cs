using Platform.EndToEnd.Tests.Faults;

namespace Platform.EndToEnd.Tests.Hostile;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Two_agents_with_one_identity(TwoNodeCluster cluster)
{
    [Fact]
    public async Task Are_one_node_which_the_first_keeps_while_the_other_says_why_it_waits()
    {
        var original = Path.Combine(cluster.Data, "original");
        var copy = Path.Combine(cluster.Data, "copy");
        await using (var first = await ExtraAgent.StartAsync(cluster, "twin", original))
        {
            await first.WaitUntilOnlineAsync();
            Directory.CreateDirectory(copy);
            File.Copy(Path.Combine(original, "identity.json"), Path.Combine(copy, "identity.json"));

            await using var second = await ExtraAgent.StartAsync(cluster, "twin", copy, logName: "twin-copy");
            await WaitFor.ConditionAsync(
                "the copy to say why it waits",
                async () =>
                    (await second.LogAsync()).Contains(
                        "Another agent heartbeats as this node",
                        StringComparison.Ordinal
                    )
            );
            var jobs = new List<Guid>();
            for (var i = 0; i < 4; i++)
            {
                jobs.Add(await cluster.Api.SubmitAsync(CountingJob.Create(steps: 20, pause: 0.05, kind: "twin")));
            }

            foreach (var id in jobs)
            {
                await cluster.Api.AssertCountedAsync(id, steps: 20);
            }

            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(copy, "attempts")));
            Assert.Equal(jobs.Count, Directory.GetDirectories(Path.Combine(original, "attempts")).Length);
        }

        await cluster.AssertNothingIsLeftAsync();
    }
}
