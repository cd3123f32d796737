using System.Text.Json.Nodes;

namespace Platform.Testing.Clusters;

/// <summary>What must hold once everything that a test started has ended.</summary>
public static class Invariants
{
    /// <summary>As below, and the read models match the events exactly.</summary>
    public static async Task AssertRecoveredAsync(this Cluster cluster)
    {
        await cluster.AssertNothingRemainsAsync();
        await cluster.AssertReadModelsMatchEventsAsync();
    }

    /// <summary>No lease, no placement, no failed message.</summary>
    public static async Task AssertNothingRemainsAsync(this Cluster cluster)
    {
        JsonNode? nodes = null;
        await WaitFor.ConditionAsync(
            "every node to be online with nothing leased",
            async () =>
            {
                nodes = await cluster.Api.GetAsync("/api/nodes");
                return nodes["items"]!.AsArray().All(node => IsIdle(node!));
            },
            describe: () => $"Last seen: {nodes}"
        );
        Assert.Empty((await cluster.Api.GetAsync("/api/nodes/placements"))["items"]!.AsArray());
        await new ClusterBroker(cluster.Data).AssertNoFailedMessagesAsync();
    }

    private static bool IsIdle(JsonNode node) =>
        node["status"]!.GetValue<string>() == "online"
        && node["leases"]!.AsArray().Count == 0
        && node["free"]!["cpus"]!.GetValue<double>() == node["cpus"]!.GetValue<double>()
        && node["free"]!["memoryMiB"]!.GetValue<int>() == node["memoryMiB"]!.GetValue<int>();
}
