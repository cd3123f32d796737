namespace Platform.EndToEnd.Tests.Faults;

[Collection("faults")]
[Trait("suite", "e2e")]
public sealed class Losing_a_broker_user(TwoNodeCluster cluster)
{
    [Fact]
    [Trait("check", "MON-02")]
    public async Task in_the_middle_of_a_training_gives_the_agent_a_new_one_and_the_job_ends_as_if_nothing_had_been()
    {
        var id = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 100, pause: 0.05));
        var job = await cluster.Api.WaitForStatusAsync(id, "running");
        var user = UserOf(job["nodes"]![0]!["nodeId"]!.GetValue<Guid>());
        var broker = new ClusterBroker(cluster.Data);

        await broker.DeleteUserAsync(user);

        await ConnectedAsync(broker, user);
        await cluster.Api.AssertCountedAsync(id, steps: 100);
        await cluster.AssertNothingRemainsAsync();
    }

    [Fact]
    public async Task is_what_an_agent_recovers_from_that_still_has_the_user_that_agents_shared()
    {
        const string Name = "shared";
        var broker = new ClusterBroker(cluster.Data);
        var state = Path.Combine(cluster.Data, Name);
        Directory.CreateDirectory(state);
        await using (var joining = await ExtraAgent.StartAsync(cluster, Name, Path.Combine(cluster.Data, "before")))
        {
            await joining.WaitUntilOnlineAsync();
            var identity = await WaitFor.ValueAsync(
                "the agent to store that it has joined",
                () => Task.FromResult(ClusterBroker.IdentityOf(Path.Combine(cluster.Data, "before"))),
                stored => stored["nodeToken"] is not null
            );
            identity["broker"] = broker.Address;
            await File.WriteAllTextAsync(Path.Combine(state, "identity.json"), identity.ToJsonString());
            await joining.KillAsync();

            // Without a join token of the platform: it has joined before.
            await using var agent = await ExtraAgent.StartAsync(
                cluster,
                Name,
                state,
                logName: "shared-after",
                settings: ("JoinToken", "")
            );
            var node = identity["nodeId"]!.GetValue<Guid>();
            await ConnectedAsync(broker, UserOf(node));
            var id = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 20, pause: 0.05, kind: Name));
            await cluster.Api.AssertCountedAsync(id, steps: 20);
            Assert.StartsWith(
                $"amqp://{UserOf(node)}:",
                ClusterBroker.IdentityOf(state)["broker"]!.GetValue<string>(),
                StringComparison.Ordinal
            );
        }

        await cluster.AssertNothingRemainsAsync();
    }

    [Fact]
    public async Task while_the_broker_is_away_gives_the_agent_a_new_one_when_it_is_back()
    {
        var broker = new ClusterBroker(cluster.Data);
        var users = (await broker.ConnectedUsersAsync())
            .Where(user => user.StartsWith("agent-", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        Assert.NotEmpty(users);

        // A connection that is open stays: the agent learns of it only when it connects again.
        foreach (var user in users)
        {
            await broker.ChangePasswordAsync(user);
        }

        await cluster.KillAsync("rabbitmq");
        await cluster.UpAsync();

        foreach (var user in users)
        {
            await ConnectedAsync(broker, user);
        }

        var id = await cluster.Api.SubmitAsync(CountingJob.Create(steps: 20, pause: 0.05));
        await cluster.Api.AssertCountedAsync(id, steps: 20);
        await cluster.AssertNothingRemainsAsync();
    }

    private static string UserOf(Guid node) => $"agent-{node:N}";

    private static Task ConnectedAsync(ClusterBroker broker, string user) =>
        WaitFor.ConditionAsync(
            $"{user} to be connected",
            async () => (await broker.ConnectedUsersAsync()).Contains(user, StringComparer.Ordinal),
            // An agent that looks like another one with the same identity waits until that one has been silent.
            TimeSpan.FromSeconds(60)
        );
}
